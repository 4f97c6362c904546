// The route editor: a figure is asked only where the choice needs one, a threshold only where the rule has one.
(function () {
  "use strict";
  function figure(select) {
    var field = document.getElementById(select.dataset.figure);
    if (field) { field.hidden = !/:(at_least|at_most):$/.test(select.value); }
  }
  function threshold(select) {
    var field = document.querySelector("[data-threshold]");
    if (field) { field.hidden = select.value !== "k_of_n" && select.value !== "weighted"; }
  }
  function all() {
    document.querySelectorAll("select[data-figure]").forEach(figure);
    document.querySelectorAll("select[data-shows-threshold]").forEach(threshold);
  }
  document.addEventListener("change", function (event) {
    if (event.target.dataset.figure) { figure(event.target); }
    if (event.target.hasAttribute("data-shows-threshold")) { threshold(event.target); }
  });
  // the part's own buttons say what this page last saw of it
  document.addEventListener("submit", function (event) {
    var seen = event.target.querySelector("[data-seen]"), now = document.getElementById("seen");
    if (seen && now) { seen.value = now.value; }
  });
  // Nothing typed is lost: what was typed in the last second is sent when the page is left; and what could not be saved,
  // because the session had ended or the line was down, stays in this tab and comes back with the form (and with what
  // the form had seen, so that a change by somebody else meanwhile is told and not overwritten).
  var dirty = false, form = document.getElementById("part");
  function slot() { return "route:" + document.body.dataset.user + ":" + form.getAttribute("action") + form.elements.at.value; }
  function put(value) { try { value ? sessionStorage.setItem(slot(), value) : sessionStorage.removeItem(slot()); } catch (e) { /* private mode */ } }
  function entries() {
    return Array.from(new FormData(form).entries()).filter(function (pair) { return pair[0] !== "csrfmiddlewaretoken"; });
  }
  function bring(kept) {
    Array.from(form.elements).forEach(function (field) {
      var mine = kept.filter(function (pair) { return pair[0] === field.name; }).map(function (pair) { return pair[1]; });
      if (field.type === "checkbox" || field.type === "radio") { field.checked = mine.indexOf(field.value) >= 0; }
      else if (field.name === "seen" || field.type !== "hidden" && field.name && mine.length) { field.value = mine[0]; }
    });
  }
  if (form) {
    form.addEventListener("input", function () { dirty = true; put(JSON.stringify(entries())); });
    form.addEventListener("submit", function () { dirty = false; put(""); });
    document.body.addEventListener("htmx:afterRequest", function (event) {
      var answer = event.detail.xhr;
      if (event.detail.successful && new URL(answer.responseURL || location.href, location.href).pathname === form.getAttribute("action")) {
        dirty = false;
        put("");
      }
    });
    window.addEventListener("pagehide", function () { if (dirty) { navigator.sendBeacon(form.action, new FormData(form)); } });
    var kept = sessionStorage.getItem(slot());
    if (kept) {
      bring(JSON.parse(kept));
      window.addEventListener("load", function () { form.dispatchEvent(new Event("change", { bubbles: true })); });
    }
  }
  all();
}());
