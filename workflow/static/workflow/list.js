// The queue and its drawer: the current row, the next item after a decision, selection and the bulk bar.
(function () {
  "use strict";
  var desk = window.desk, anchor = null, then = "", acted = "";
  var UNSEEN = 800; // milliseconds: longer than a double click takes, shorter than a look at the next household
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("#desk tr[data-row]")); }
  function current() { return document.querySelector("#desk tr.cur"); }
  function drawer() { return document.getElementById("drawer"); }
  function mark(row) {
    desk.each("#desk tr.cur", function (other) { other.classList.remove("cur"); other.removeAttribute("aria-current"); });
    if (row) {
      row.classList.add("cur");
      row.setAttribute("aria-current", "true");
      row.scrollIntoView({ block: "nearest" });
    }
  }
  function ofCase(reference) { return rows().filter(function (row) { return row.dataset.ref === reference; }); }
  function neighbour(row, step) {
    var all = rows(), place = all.indexOf(row);
    return all[place + step] || null;
  }
  desk.isOpen = function () { return Boolean(drawer() && drawer().firstElementChild); };
  desk.openRow = function (row) {
    if (!row) { return; }
    mark(row);
    window.htmx.ajax("GET", row.dataset.url, { target: "#drawer", swap: "innerHTML" });
  };
  desk.move = function (step) {
    var row = current() ? neighbour(current(), step) : rows()[step > 0 ? 0 : rows().length - 1];
    if (!row) { return; }
    if (desk.isOpen()) { desk.openRow(row); return; }
    mark(row);
    row.querySelector("a.t").focus({ preventScroll: true });
  };
  desk.current = current;
  // the next household is marked and not there yet: what a key would decide is still the one before
  desk.behind = function () {
    var open = drawer() && drawer().querySelector("[data-reference]"), row = current();
    return Boolean(open && row && open.dataset.reference !== row.dataset.ref);
  };
  desk.close = function () {
    var row = current();
    if (!drawer()) { return; }
    drawer().textContent = "";
    document.querySelector(".frame").classList.remove("split");
    sessionStorage.removeItem("sheet");
    if (row) { row.querySelector("a.t").focus({ preventScroll: true }); }
  };
  function reload() {
    if (document.getElementById("desk")) {
      window.htmx.ajax("GET", location.href, { target: "#desk", select: "#desk", swap: "outerHTML" });
    }
    desk.pulse(true);
  }

  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-opens-drawer]"), go = event.target.closest("[data-go]");
    if (opener) { mark(opener.closest("tr")); then = opener.dataset.then || ""; }
    if (go) { desk.move(go.dataset.go === "next" ? 1 : -1); }
    if (event.target.closest("[data-close-drawer]")) { desk.close(); }
    if (event.target.closest(".verbslot [data-close-verb]")) {
      event.preventDefault();
      event.target.closest(".verbslot").textContent = "";
    }
    if (event.target.closest("[data-reopen]")) {
      if (current() && desk.isOpen()) { desk.openRow(current()); } else { location.reload(); }
    }
  });
  // a form of the sheet says which rows are its own and what follows, so that its answer is already the next item
  document.body.addEventListener("htmx:configRequest", function (event) {
    var box = event.target.closest("#drawer, #work"), given = event.detail.parameters;
    if (!box || event.detail.verb !== "post") { return; }
    var sheet = box.querySelector("[data-reference]"), row = current();
    var next = row && (neighbour(row, 1) || neighbour(row, -1));
    acted = sheet ? sheet.dataset.reference : "";
    given.sheet = box.id;
    given.following = next ? next.dataset.ref : "";
    if (sheet && box.id === "work") { given.here = sheet.dataset.here; given.ahead = sheet.dataset.ahead; }
    if (sheet) { given.row = ofCase(sheet.dataset.reference).map(function (one) { return one.dataset.step; }); }
  });
  document.body.addEventListener("htmx:afterSwap", function (event) {
    var target = event.detail.target || event.target;
    if (target.id === "drawer") { opened(); }
    if (target.id === "work") { first(target); window.scrollTo(0, 0); }
    if (target.classList.contains("verbslot") && target.firstElementChild) { come(target); }
    if (target.id === "drawer" || target.id === "work") { unseen(target, event.detail.requestConfig); }
    if (target.id === "desk" || event.target.id === "desk") {
      var open = drawer() && drawer().querySelector("[data-reference]");
      if (open) { mark(ofCase(open.dataset.reference)[0]); }
      choose();
    }
  });
  // a form that opens below the edge comes into sight, and the hand into it
  function come(slot) {
    var heading = slot.querySelector("h3[tabindex]");
    if (heading) { heading.focus({ preventScroll: true }); }
    slot.scrollIntoView({ block: "nearest" });
  }
  // another household came under the pointer in place of the one decided: nobody has seen it yet, so that the second half
  // of a double click, or a key still held down, decides nothing
  function unseen(box, asked) {
    var sheet = box.querySelector("[data-reference]");
    if (!sheet || !asked || asked.verb !== "post" || sheet.dataset.reference === acted) { return; }
    sheet.classList.add("unseen");
    setTimeout(function () { sheet.classList.remove("unseen"); }, UNSEEN);
  }
  document.addEventListener("click", function (event) {
    if (event.target.closest(".sheet.unseen .df") && event.target.closest("button, a, summary")) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);
  // --- several at once: the preview comes in a dialog; after the results the list is shown afresh ------------------
  function bulk() { return document.getElementById("bulkdialog"); }
  document.body.addEventListener("htmx:afterSwap", function (event) {
    var target = event.detail.target || event.target;
    if (target.id === "bulkbox" && bulk() && !bulk().open) { bulk().showModal(); }
  });
  document.addEventListener("click", function (event) {
    var closing = event.target.closest("[data-close-bulk]");
    if (!closing || !bulk() || !bulk().open) { return; }
    event.preventDefault();
    var done = bulk().querySelector("[data-results]");
    bulk().close();
    document.getElementById("bulkbox").textContent = "";
    if (done) { reload(); }
  });
  document.body.addEventListener("htmx:afterSettle", function () { tidy(); choose(); tabInSight(); });
  // on a phone the tabs scroll sideways: the one that is open is in sight
  function tabInSight() {
    desk.each(".tabs [aria-selected=true], .tabs [aria-current]", function (tab) {
      tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;
    });
  }
  tabInSight();
  function first(root) {
    var heading = root.querySelector("h2[tabindex], h1[tabindex]");
    if (heading) { heading.focus({ preventScroll: true }); }
  }
  function opened() {
    var box = drawer(), sheet = box.querySelector("[data-reference]");
    document.querySelector(".frame").classList.toggle("split", Boolean(box.firstElementChild));
    first(box);
    if (sheet) {
      sessionStorage.setItem("sheet", document.body.dataset.user + ":" + sheet.dataset.reference);
      mark(ofCase(sheet.dataset.reference)[0]);
    }
    if (then && desk.press) { desk.press(then); }
    then = "";
    if (box.querySelector("[data-list-done], [data-list-changed]")) { reload(); } else if (document.querySelector("[data-toast]")) { desk.pulse(true); }
  }
  // a severity's heading without rows left under it goes too
  function tidy() {
    desk.each("#desk tr.grp", function (heading) {
      var next = heading.nextElementSibling;
      if (!next || next.classList.contains("grp")) { heading.remove(); }
    });
  }

  // --- selection ---------------------------------------------------------------------------------------------------
  function boxes() { return Array.prototype.slice.call(document.querySelectorAll("#desk td.ck input")); }
  function choose() {
    var bar = document.getElementById("bulkbar"), all = boxes();
    var chosen = all.filter(function (box) { return box.checked; });
    var sum = 0, ready = 0;
    all.forEach(function (box) { box.closest("tr").classList.toggle("chosen", box.checked); });
    chosen.forEach(function (box) {
      var row = box.closest("tr");
      sum += Number(row.dataset.amount || 0);
      ready += row.hasAttribute("data-ok") ? 1 : 0;
    });
    if (!bar) { return; }
    bar.hidden = chosen.length === 0;
    bar.querySelector("[data-chosen]").textContent = chosen.length;
    bar.querySelector("[data-sum]").textContent = "¥" + sum.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    desk.each("#bulkbar [data-ready]", function (words) { words.textContent = ready; });
  }
  desk.toggle = function (row) {
    var box = row && row.querySelector("td.ck input");
    if (box) { box.checked = !box.checked; choose(); }
  };
  desk.chosen = function () { return boxes().filter(function (box) { return box.checked; }).length; };
  desk.clear = function () { boxes().forEach(function (box) { box.checked = false; }); choose(); };
  document.addEventListener("click", function (event) {
    var box = event.target;
    if (box.matches("[data-select-all]")) {
      boxes().forEach(function (other) { other.checked = box.checked; });
      choose();
    } else if (box.matches("#desk td.ck input")) {
      var all = boxes(), from = all.indexOf(anchor), to = all.indexOf(box);
      if (event.shiftKey && from >= 0) {
        all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(function (other) { other.checked = box.checked; });
      }
      anchor = box;
      choose();
    } else if (event.target.closest("[data-clear]")) {
      desk.clear();
    }
  });

  // back from the sign-in: the sheet that was open is opened again, its comment comes back by itself
  var kept = sessionStorage.getItem("sheet") || "", mine = document.body.dataset.user + ":";
  if (drawer() && !desk.isOpen() && document.referrer.indexOf(document.body.dataset.login) > 0 && kept.indexOf(mine) === 0) {
    var row = ofCase(kept.slice(mine.length))[0];
    if (row) { desk.openRow(row); }
  }
  choose();
}());
