// The draft form saves what is typed by itself, and Ctrl+Enter saves the draft.
(function () {
  "use strict";
  var form = document.querySelector("form[data-autosave]");
  if (!form) { return; }
  var told = document.getElementById("autosaved");
  var timer = null;
  var last = serial();
  function serial() { return new URLSearchParams(new FormData(form)).toString(); }
  function say(words, bad) { told.textContent = words; told.className = bad ? "bad" : "muted"; }
  function save() {
    var body = serial();
    if (body === last) { return; }
    fetch(form.dataset.autosave, {
      method: "POST", credentials: "same-origin", body: body,
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Requested-With": "fetch" }
    }).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (kept) { last = body; say(kept.said, false); }).catch(function () { say(told.dataset.failed, true); });
  }
  function later() { clearTimeout(timer); timer = setTimeout(save, 1500); }
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") { save(); } });
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", function () { clearTimeout(timer); last = serial(); });
}());
