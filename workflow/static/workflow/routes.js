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
  // what was typed in the last second is sent when the page is left
  var dirty = false, form = document.getElementById("part");
  if (form) {
    form.addEventListener("input", function () { dirty = true; });
    form.addEventListener("submit", function () { dirty = false; });
    document.body.addEventListener("htmx:afterRequest", function (event) { if (event.detail.successful) { dirty = false; } });
    window.addEventListener("pagehide", function () { if (dirty) { navigator.sendBeacon(form.action, new FormData(form)); } });
  }
  all();
}());
