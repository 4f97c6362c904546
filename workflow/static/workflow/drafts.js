// Nothing typed is lost: fields of forms marked data-keep stay in this tab, for this person only, until they are sent.
(function () {
  "use strict";
  function draft(form) { return "keep:" + document.body.dataset.user + ":" + form.dataset.keep + ":"; }
  function slot(field) {
    var form = field.closest("form[data-keep]");
    return form && field.name && field.type !== "hidden" && field.type !== "password" && field.type !== "file"
      && field.type !== "radio" && field.type !== "checkbox" ? draft(form) + field.name : null;
  }
  function keep(key, value) { try { sessionStorage.setItem(key, value); } catch (e) { /* private mode */ } }
  function forget(prefix) {
    Object.keys(sessionStorage).forEach(function (key) { if (key.indexOf(prefix) === 0) { sessionStorage.removeItem(key); } });
  }
  document.addEventListener("input", function (event) {
    var key = slot(event.target);
    if (key) { keep(key, event.target.value); }
  });
  function restore(root) {
    root.querySelectorAll("form[data-keep] textarea, form[data-keep] input[type=text]").forEach(function (field) {
      var key = slot(field);
      var kept = key && sessionStorage.getItem(key);
      if (kept && !field.value) { field.value = kept; }
    });
  }
  // only the draft that was sent is dropped, and only once the server took it
  document.addEventListener("submit", function (event) {
    if (event.target.dataset.keep && !event.target.hasAttribute("hx-post")) { keep("sent", draft(event.target)); }
  });
  var sent = sessionStorage.getItem("sent");
  sessionStorage.removeItem("sent");
  if (sent && document.querySelector("#notes .success")) { forget(sent); }
  document.body.addEventListener("htmx:afterRequest", function (event) {
    var form = event.detail.elt && event.detail.elt.closest ? event.detail.elt.closest("form[data-keep]") : null;
    var answer = event.detail.xhr;
    var here = answer && new URL(answer.responseURL || location.href, location.href).pathname;
    if (form && event.detail.successful && here !== document.body.dataset.login) { forget(draft(form)); }
  });
  document.body.addEventListener("htmx:afterSwap", function (event) { restore(event.detail.target || event.target); });
  document.addEventListener("click", function (event) {
    var phrase = event.target.closest("[data-phrase]");
    if (!phrase) { return; }
    var box = phrase.closest("form").querySelector("textarea");
    box.value = (box.value ? box.value + " " : "") + phrase.dataset.phrase;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
  restore(document);
}());
