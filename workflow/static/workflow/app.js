// The desk's own small script: the bell, drafts that survive an expired session, phrases, the drawer. No dependency.
(function () {
  "use strict";
  function poll() {
    var bell = document.getElementById("bell");
    if (!bell || document.visibilityState !== "visible") { return; }
    fetch(bell.dataset.url, { credentials: "same-origin" }).then(function (r) {
      return r.status === 200 && !r.redirected ? r.text() : null;   // redirected: the session ended
    }).then(function (text) {
      if (text === null || !/^\d+$/.test(text)) { return; }
      bell.textContent = text;
      bell.hidden = text === "0";
    }).catch(function () {});
  }
  setInterval(poll, 20000);

  // nothing typed is lost: fields of forms marked data-keep are kept in this tab, for this person only, until sent
  function draft(form) { return "keep:" + document.body.dataset.user + ":" + form.dataset.keep + ":"; }
  function slot(field) {
    var form = field.closest("form[data-keep]");
    return form && field.name && field.type !== "hidden" && field.type !== "password" && field.type !== "file"
      ? draft(form) + field.name : null;
  }
  document.addEventListener("input", function (event) {
    var key = slot(event.target);
    if (key) { try { sessionStorage.setItem(key, event.target.value); } catch (e) { /* private mode */ } }
  });
  function restore(root) {
    root.querySelectorAll("form[data-keep] textarea, form[data-keep] input[type=text]").forEach(function (field) {
      var key = slot(field);
      var kept = key && sessionStorage.getItem(key);
      if (kept && !field.value) { field.value = kept; }
    });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }   // a double click sends once
    var ask = event.submitter && event.submitter.dataset.confirm;
    if (ask && !window.confirm(ask)) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (form.dataset.keep) {
      form.classList.add("sending");
      try { sessionStorage.setItem("sent", draft(form)); } catch (e) { /* private mode */ }
    }
    setTimeout(function () { delete form.dataset.sent; }, 4000);
  });
  // only the draft that was sent, and only once the server took it; other forms keep theirs
  var sent = sessionStorage.getItem("sent");
  sessionStorage.removeItem("sent");
  if (sent && document.querySelector("#notes .success")) {
    Object.keys(sessionStorage).forEach(function (key) { if (key.indexOf(sent) === 0) { sessionStorage.removeItem(key); } });
  }
  document.addEventListener("click", function (event) {
    var phrase = event.target.closest("[data-phrase]");
    if (phrase) {
      var box = phrase.closest("form").querySelector("textarea");
      box.value = (box.value ? box.value + " " : "") + phrase.dataset.phrase;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
    }
    if (event.target.closest("[data-close-drawer]")) {
      document.getElementById("drawer").innerHTML = "";
      document.querySelector(".frame").classList.remove("split");
      document.querySelectorAll("tr.cur").forEach(function (row) { row.classList.remove("cur"); });
    }
    var row = event.target.closest("[data-opens-drawer]");
    if (row) {
      document.querySelectorAll("tr.cur").forEach(function (other) { other.classList.remove("cur"); });
      row.closest("tr").classList.add("cur");
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && document.querySelector("#drawer [data-close-drawer]")) {
      document.querySelector("#drawer [data-close-drawer]").click();
    }
  });
  function say(words) {
    var note = document.createElement("li");
    note.className = "error";
    note.textContent = words;
    document.getElementById("notes").appendChild(note);
  }
  // a refusal is shown where the answer was awaited; a lost session leads to the sign-in, never into the drawer
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail.xhr;
    if (new URL(answer.responseURL, location.href).pathname === document.body.dataset.login) {
      event.detail.shouldSwap = false;
      location.assign(document.body.dataset.login + "?next=" + encodeURIComponent(location.pathname + location.search));
    } else if (answer.status >= 400 && answer.getResponseHeader("HX-Reswap")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (answer.status >= 400) {
      say(document.getElementById("notes").dataset.failed);
    }
  });
  document.body.addEventListener("htmx:sendError", function () { say(document.getElementById("notes").dataset.failed); });
  document.body.addEventListener("htmx:afterSwap", function (event) {
    restore(event.target);
    if (event.target.id === "drawer") { document.querySelector(".frame").classList.add("split"); }
    var first = event.target.querySelector("h2[tabindex]");
    if (first) { first.focus(); }
  });
  restore(document);
}());
