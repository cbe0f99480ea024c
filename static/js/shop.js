// Enhancement of the shop's pages only: without this file each of these is a form or a link of its own.
(function () {
  "use strict";
  // A reply template goes into the words at the cursor's end, without a round trip.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-insert]");
    if (!button) return;
    var select = button.parentElement.querySelector("select[data-words]");
    var area = document.getElementById(button.dataset.insert);
    var option = select && select.selectedOptions[0];
    if (!area || !option || !option.dataset.text) return;
    var all = "insertAll" in button.dataset;
    // What has words keeps them; where all have, the server says so.
    var areas = all && area.value.trim() ? [] : [area];
    if (all) button.form.querySelectorAll("textarea[name^=text_]").forEach(function (other) {
      var stance = button.form.querySelector('[name="' + other.name.replace("text_", "stance_") + '"]:checked');
      if (other !== area && !other.value.trim() && stance && /^(disputes|partly)$/.test(stance.value)) areas.push(other);
    });
    if (!areas.length) return;
    event.preventDefault();
    areas.forEach(function (into) {
      into.value = (into.value.trimEnd() + "\n" + option.dataset.text).trim();
      into.dispatchEvent(new Event("input", { bubbles: true }));
    });
    select.selectedIndex = 0;
    area.focus();
  });

  // Single keys in the list. Never while somebody types, never with an input method at work, and off with one switch.
  var table = document.querySelector("[data-rows]"), hints = document.querySelector("[data-keys]");
  if (!table || !hints) return;
  var off = function () { try { return localStorage.getItem("keys") === "off"; } catch (_) { return false; } };
  var toggle = hints.querySelector("[data-keys-switch]");
  var draw = function () {
    toggle.textContent = off() ? toggle.dataset.off : toggle.dataset.on;
    hints.classList.toggle("off", off());
  };
  toggle.addEventListener("click", function () {
    try { localStorage.setItem("keys", off() ? "on" : "off"); } catch (_) { /* then they stay as they are */ }
    draw();
  });
  hints.hidden = false;
  draw();
  var rows = Array.prototype.slice.call(table.tBodies[0].rows);
  var place = function () {
    var row = document.activeElement && document.activeElement.closest("tr");
    var at = rows.indexOf(row);
    return at >= 0 ? at : rows.findIndex(function (one) { return one.hasAttribute("aria-current"); });
  };
  var go = function (at) {
    var row = rows[Math.max(0, Math.min(rows.length - 1, at))];
    if (row) row.querySelector("th a").focus();
  };
  var follow = function (href) { if (href) location.assign(href); };
  // A key that can do nothing here says so: silence reads as a key that did not arrive.
  var say = function (words) {
    var status = document.getElementById("status"), line = document.createElement("p");
    if (!status || !words) return;
    line.textContent = words;
    status.replaceChildren(line);
    setTimeout(function () { line.remove(); }, 6000);
  };
  var act = function (at, kind, words) {
    if (!rows[at]) return;
    if (rows[at].dataset[kind]) follow(rows[at].dataset[kind]); else say(words);
  };
  var ACTS = {
    j: function (at) { go(at + 1); },
    k: function (at) { go(at < 0 ? 0 : at - 1); },
    " ": function (at) { var look = rows[at] && rows[at].querySelector("[data-look]"); if (look) look.click(); return !!look; },
    e: function (at) { act(at, "respond", hints.dataset.noRespond); },
    a: function (at) { act(at, "accept", hints.dataset.noAccept); },
    l: function () { follow(hints.dataset.library); },
    n: function () { var next = document.getElementById("next"); if (next) next.requestSubmit(); }
  };
  document.addEventListener("keydown", function (event) {
    if (off() || event.isComposing || event.keyCode === 229 || event.repeat && event.key === " ") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog, summary, button")) return;
    var does = ACTS[event.key.toLowerCase()];
    if (!does) return;
    if (does(place()) !== false) event.preventDefault();
  });
})();
