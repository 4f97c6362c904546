// A copy is read when it is shown: the receipt is sent by a POST (reading pages writes nothing), once per page.
(function () {
  "use strict";
  function receipts(root) {
    root.querySelectorAll("form[data-read-when-shown]").forEach(function (form) {
      if (form.dataset.shown) { return; }
      form.dataset.shown = "1";
      fetch(form.action, {
        method: "POST", credentials: "same-origin", headers: { "X-Shown": "1" }, body: new FormData(form)
      }).then(function (answer) {
        if (answer.status !== 204) { return; }
        form.hidden = true;
        var said = form.parentNode.querySelector("[data-read-said]");
        if (said) { said.hidden = false; }
      }).catch(function () { delete form.dataset.shown; });
    });
  }
  document.body.addEventListener("htmx:afterSwap", function (event) { receipts(event.target); });
  receipts(document);
}());
