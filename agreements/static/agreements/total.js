// The live total of the draft form; the server counts again when the form is saved.
(function () {
  "use strict";
  var out = document.getElementById("total");
  var fields = document.querySelectorAll("[data-amount]");
  function cents(text) {
    var match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.normalize("NFKC").replace(/[,\s]/g, ""));
    return match ? parseInt(match[1], 10) * 100 + parseInt(((match[2] || "") + "00").slice(0, 2), 10) : null;
  }
  function count() {
    var sum = 0;
    var bad = false;
    fields.forEach(function (field) {
      if (!field.value.trim()) { field.removeAttribute("aria-invalid"); return; }
      var value = cents(field.value);
      if (value === null) { bad = true; field.setAttribute("aria-invalid", "true"); return; }
      field.removeAttribute("aria-invalid");
      sum += value;
    });
    var whole = String(Math.floor(sum / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
    out.textContent = bad ? "?" : whole + "." + ("0" + (sum % 100)).slice(-2);
  }
  fields.forEach(function (field) { field.addEventListener("input", count); });
  if (out) { count(); }
}());
