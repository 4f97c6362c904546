// Every page: notes, sending once, asking before what cannot be undone, live counts, a session that has ended.
(function () {
  "use strict";
  var desk = window.desk = {};
  desk.each = function (selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); };
  desk.notes = function () { return document.getElementById("notes"); };
  desk.say = function (words, kind) {
    var note = document.createElement("li");
    note.className = kind || "error";
    note.textContent = words;
    desk.notes().appendChild(note);
  };
  desk.user = function () { return document.body.dataset.user; };

  // --- sending: a double click sends once; a question is asked before anything else hears of the click -------------
  document.addEventListener("submit", function (event) {
    var form = event.target, ask = event.submitter && event.submitter.dataset.confirm;
    if ((form.getAttribute("method") || "get").toLowerCase() === "get") { return; }
    if (form.dataset.sent || (ask && !window.confirm(ask))) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    form.dataset.sent = "1";
    form.classList.add("sending");
    setTimeout(function () { delete form.dataset.sent; form.classList.remove("sending"); }, 4000);
  }, true);
  // full-width digits, as a Chinese keyboard may write them: made plain before the browser checks the field's pattern
  document.addEventListener("change", function (event) {
    if (!event.target.matches("input[inputmode]")) { return; }
    var plain = event.target.value.normalize("NFKC").replace(/\u3002/g, ".");
    if (plain === event.target.value) { return; }
    event.target.value = plain;
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  }, true);
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-autosend]")) { event.target.form.requestSubmit(); }
  });

  // --- what a return does: every way stands in the form, the chosen one is shown -------------------------------------
  function way(form) {
    var to = form.elements.to, resume = form.elements.resume;
    form.querySelectorAll("[data-resume]").forEach(function (line) {
      line.hidden = line.dataset.to !== to.value || line.dataset.resume !== resume.value;
    });
  }
  function ways() { desk.each(".told", function (box) { way(box.closest("form")); }); }
  document.addEventListener("change", ways);
  window.addEventListener("pageshow", ways);
  document.body.addEventListener("htmx:afterSwap", ways);

  // --- live counts: one small question with an ETag; the browser sends it back and the server answers 304 ----------
  var last = "";
  function show(counts) {
    Object.keys(counts).forEach(function (name) {
      var words = counts[name] > 999 ? "999+" : String(counts[name]);
      desk.each("[data-count='" + name + "']", function (element) {
        element.textContent = words;
        if (element.hasAttribute("data-hide-zero")) { element.hidden = counts[name] === 0; }
      });
    });
  }
  desk.pulse = function (mine) {
    var address = document.body.dataset.pulse;
    if (!address || document.visibilityState !== "visible") { return; }
    var headers = {};
    if (document.getElementById("desk")) { address += location.search; headers["X-List"] = "1"; }
    fetch(address, { credentials: "same-origin", headers: headers }).then(function (answer) {
      if (answer.redirected || answer.status === 401) { desk.ended(); return null; }
      return answer.ok ? answer.json() : null;
    }).then(function (counts) {
      if (!counts) { return; }
      var list = document.getElementById("desk"), fresh = document.getElementById("fresh");
      var now = list ? String(counts[list.dataset.tab]) : "";
      if (fresh && last && now !== last && !mine) { fresh.hidden = false; }
      last = now;
      show(counts);
      // a page that stays open all day learns of it too (promise P14)
      var standing = document.getElementById("stalled");
      if (standing) { standing.hidden = !counts.stalled; }
    }).catch(function () { /* the next one will tell */ });
  };
  setInterval(desk.pulse, 20000);
  if (document.getElementById("desk")) { desk.pulse(true); }

  // --- a session that has ended: say so, keep what was typed, and come back to the same place ----------------------
  var told = false;
  desk.ended = function () {
    if (told) { return; }
    told = true;
    desk.say(desk.notes().dataset.ended, "warning");
    var link = document.createElement("a");
    link.href = desk.signIn();
    link.textContent = " " + desk.notes().dataset.signin;
    desk.notes().lastChild.appendChild(link);
  };
  desk.signIn = function () {
    return document.body.dataset.login + "?next=" + encodeURIComponent(location.pathname + location.search) + "&ended=1";
  };
  // a refusal is shown where the answer was awaited; a lost session leads to the sign-in, never into the drawer
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail.xhr;
    if (new URL(answer.responseURL, location.href).pathname === document.body.dataset.login) {
      event.detail.shouldSwap = false;
      location.assign(desk.signIn());
    } else if (answer.status >= 400 && answer.getResponseHeader("HX-Reswap")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (answer.status >= 400) {
      desk.say(desk.notes().dataset.failed);
    }
  });
  // on a phone a long form hides the place where the refusal stands; the field it is about is marked and gets the focus
  document.body.addEventListener("htmx:afterSwap", function (event) {
    var note = event.detail.target, asked = event.detail.requestConfig;
    if (note.id !== "sheet-note") { return; }
    note.scrollIntoView({ block: "nearest" });
    var box = note.querySelector("[data-at]"), form = asked && asked.elt.closest("form");
    var field = box && box.dataset.at && form ? form.elements[box.dataset.at] : null;
    if (field && field.focus) { field.setAttribute("aria-invalid", "true"); field.focus(); }
  });
  document.addEventListener("input", function (event) {
    if (event.target.matches("[aria-invalid]:not([data-amount])")) { event.target.removeAttribute("aria-invalid"); }
  });
  // the table that scrolls sideways lets the box of an opened "why this date" hang out (old browsers know no :has)
  document.addEventListener("toggle", function (event) {
    clear();
    var table = event.target.matches("details.whydate") && event.target.closest(".scroll");
    if (table) { table.classList.toggle("shows", Boolean(table.querySelector("details.whydate[open]"))); }
  }, true);
  document.body.addEventListener("htmx:sendError", function () { desk.say(desk.notes().dataset.failed); });
  document.body.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest && event.target.closest("form");
    if (form) { delete form.dataset.sent; form.classList.remove("sending"); }
    // things have moved on: what this form would decide can only be refused again, until it is shown as it is now
    if (form && event.detail.xhr.status === 409) {
      if (form.closest(".sheet")) { form.closest(".sheet").classList.add("stale"); }
      Array.prototype.forEach.call(form.querySelectorAll("button[name=verdict]"), function (button) { button.disabled = true; });
    }
  });

  // --- toasts: ten seconds for an undo; the pointer or the focus on it stops the clock -----------------------------
  var clock = null;
  // what one decides with is never under a toast: it stands above that
  function clear() {
    var box = document.getElementById("toasts"), mine, low = window.innerHeight;
    if (!box) { return; }
    box.style.bottom = "";
    mine = box.getBoundingClientRect();
    desk.each(".df", function (foot) {
      var one = foot.getBoundingClientRect();
      if (one.height && one.left < mine.right && one.right > mine.left && one.bottom > mine.top) { low = Math.min(low, one.top); }
    });
    if (mine.height && low < mine.bottom) { box.style.bottom = window.innerHeight - Math.max(low, mine.height + 8) + 8 + "px"; }
  }
  ["htmx:afterSettle", "htmx:oobAfterSwap"].forEach(function (name) { document.body.addEventListener(name, clear); });
  ["resize", "scroll"].forEach(function (name) { window.addEventListener(name, clear, { passive: true }); });
  function wait() {
    clearTimeout(clock);
    clock = setTimeout(function () { document.getElementById("toasts").textContent = ""; }, 10000);
  }
  document.body.addEventListener("htmx:oobAfterSwap", function (event) {
    if (event.detail.target && event.detail.target.id === "toasts") { wait(); }
  });
  desk.each("#toasts", function (box) {
    if (box.firstElementChild) { wait(); }
    ["mouseenter", "focusin"].forEach(function (name) { box.addEventListener(name, function () { clearTimeout(clock); }); });
    ["mouseleave", "focusout"].forEach(function (name) { box.addEventListener(name, wait); });
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-close-toast]")) { document.getElementById("toasts").textContent = ""; }
  });
}());
