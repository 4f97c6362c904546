// One key for each thing done all day. Off while typing, and off altogether where somebody switched them off.
(function () {
  "use strict";
  var desk = window.desk;
  function off() { return localStorage.getItem("keys") === "off"; }
  function typing(element) {
    return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) &&
      ["checkbox", "radio", "button", "submit"].indexOf(element.type) < 0;
  }
  function seen(element) { return element.getClientRects().length > 0; }
  // the nearest thing that answers to a key: the sheet that is open, then the bulk bar, then the page
  function answers(key) {
    var found = null;
    ["#bulkbar", "#toasts", "#drawer", "#work", "main", "header"].some(function (place) {
      desk.each(place + " [data-key='" + key + "']", function (element) {
        if (!found && seen(element)) { found = element; }
      });
      return Boolean(found);
    });
    return found;
  }
  function use(element) {
    if (element.matches("summary")) {
      element.parentElement.open = true;
      // the reason is typed, the rest is preset: the hand goes on writing
      var place = element.closest("form") || element.parentElement;
      var field = place.querySelector("textarea") || place.querySelector("select, input:not([type=hidden])");
      if (field) { field.focus(); }
    } else if (element.matches("input, textarea, select")) {
      element.focus();
      if (element.select) { element.select(); }
    } else if (element.disabled) {
      element.closest("form").querySelector("textarea").focus();
    } else {
      element.click();
    }
  }
  desk.press = function (key) {
    var found = answers(key);
    if (found) { use(found); }
  };
  function help(show) {
    var box = document.getElementById("keyhelp");
    if (!box) { return; }
    if (show && !box.open) { box.showModal(); } else if (!show && box.open) { box.close(); }
  }
  var LIST = {
    j: function () { desk.move(1); },
    k: function () { desk.move(-1); },
    x: function () { desk.toggle(desk.current()); }
  };
  function act(key) {
    if (key === "?") { help(true); return true; }
    var found = answers(key);
    if (found && found.closest("#drawer") && desk.behind()) { return true; }
    if (found) { use(found); return true; }
    if (!document.getElementById("desk")) { return false; }
    if (LIST[key]) { LIST[key](); return true; }
    // a key of the sheet, and none is open yet: open the current one; the key works there
    if ("arc".indexOf(key) >= 0 && desk.current() && !desk.isOpen()) { desk.openRow(desk.current()); return true; }
    return false;
  }
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      if (document.querySelector("dialog[open]")) { return; }
      if (desk.isOpen && desk.isOpen()) { desk.close(); } else if (desk.chosen && desk.chosen()) { desk.clear(); }
      return;
    }
    if (off() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) { return; }
    if (document.querySelector("dialog[open]")) { return; }
    var key = event.key === "Enter" ? "enter" : event.key.toLowerCase();
    if (event.repeat && key !== "j" && key !== "k") { return; } // a key held down walks the list and decides nothing
    if (event.shiftKey && answers("shift+" + key)) { key = "shift+" + key; }
    if (key === "enter" && event.target !== document.body && event.target.id !== "main") { return; }
    if (act(key)) { event.preventDefault(); }
  });
  // Ctrl+Enter in a field of a sheet presses what is open below it: the confirmation of a return, else the first button
  document.addEventListener("keydown", function (event) {
    var form = event.target.closest && event.target.closest(".df form, .decision form, .dlg form");
    if (!form || event.key !== "Enter" || event.isComposing || event.repeat || !(event.ctrlKey || event.metaKey)) { return; }
    var button = form.querySelector("details.panelled[open] button[value=return]") || form.querySelector(".acts button.p");
    if (!button) { return; }
    event.preventDefault();
    button.click();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-help]")) { help(true); }
    if (event.target.closest("[data-close-help]")) { help(false); }
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-keys-off]")) { localStorage.setItem("keys", event.target.checked ? "off" : "on"); }
  });
  desk.each("[data-keys-off]", function (box) { box.checked = off(); });
}());
