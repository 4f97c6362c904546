// Says that a family's page was shown: reading is recorded by a POST when shown, never by the GET itself.
(function () {
  "use strict";
  function token() { return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || ""; }
  function tell(root) {
    root.querySelectorAll("[data-look]").forEach(function (mark) {
      var url = mark.dataset.look;
      mark.removeAttribute("data-look");
      fetch(url, {
        method: "POST", credentials: "same-origin", keepalive: true,
        headers: { "X-CSRFToken": token(), "Content-Type": "application/x-www-form-urlencoded" },
        body: "what=" + encodeURIComponent(mark.dataset.what)
      }).catch(function () {});
    });
  }
  document.addEventListener("DOMContentLoaded", function () { tell(document); });
  document.addEventListener("htmx:afterSwap", function (event) { tell(event.target); });
}());
