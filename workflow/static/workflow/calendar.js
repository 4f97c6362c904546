// The grid of days by keyboard: arrows from day to day and on into the next month, Enter opens the day's list.
(function () {
  "use strict";
  var grid = document.querySelector("[data-days]"), HASH = "#days";
  var BY = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  if (!grid) { return; }
  var days = Array.prototype.slice.call(grid.querySelectorAll("td[data-day]"));
  function go(cell) {
    days.forEach(function (one) { one.tabIndex = -1; });
    cell.tabIndex = 0;
    cell.focus();
  }
  // the next page takes the focus up where this one left it
  function turn(forward) {
    var link = document.querySelector("a[rel='" + (forward ? "next" : "prev") + "']");
    if (link) { location.href = link.href + HASH; }
  }
  function target(key, at) {
    var monday = at - at % 7;
    return key === "Home" ? monday : key === "End" ? monday + 6 : at + (BY[key] || NaN);
  }
  function act(event, cell) {
    var to = target(event.key, days.indexOf(cell));
    if (event.key === "PageUp" || event.key === "PageDown") { turn(event.key === "PageDown"); return true; }
    if (event.key === "Enter" && event.target === cell) {
      var link = cell.querySelector("a");
      if (link) { link.click(); }
      return Boolean(link);
    }
    if (isNaN(to)) { return false; }
    if (days[to]) { go(days[to]); } else { turn(to > 0); }
    return true;
  }
  grid.addEventListener("keydown", function (event) {
    var cell = event.target.closest("td[data-day]");
    if (!cell || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) { return; }
    if (act(event, cell)) { event.preventDefault(); }
  });
  if (location.hash === HASH) { days.forEach(function (cell) { if (cell.tabIndex === 0) { cell.focus(); } }); }
}());
