// Single keys, the help and the action menu: one table that the server wrote. A key presses what stands on the page, does
// nothing while somebody types or an input method is at work, and can be switched off.
(function () {
  "use strict";
  // Ctrl and Enter lead to the preview, and there to the button that issues; with Shift they press it, once however long held.
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229 || event.code !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    var issue = document.querySelector("[data-do=issue]"), preview = document.querySelector("[data-do=preview]");
    if (!issue && !preview) return;
    event.preventDefault();
    if (issue && event.shiftKey) { if (!event.repeat) issue.click(); }
    else if (issue) { issue.scrollIntoView({ block: "center" }); issue.focus(); } else preview.click();
  });

  var given = document.getElementById("desk-keys"), desk = window.heng && window.heng.desk;
  if (!given) return;
  // What is looked at and weighed is the page of a case; what the server names for another page does without it.
  var told = JSON.parse(given.textContent);
  var find = function (what, where) { return (where || document).querySelector(what); };
  var all = function (what, where) { return Array.from((where || document).querySelectorAll(what)); };
  var help = document.getElementById("keys"), menu = document.getElementById("menu");
  var off = function () { try { return !told.on || localStorage.getItem("keys") === "off"; } catch (_) { return !told.on; } };
  var press = function (what) { var one = find(what); if (one) one.click(); return !!one; };
  var focus = function (what) { var one = find(what); if (one) { one.focus(); if (one.select) one.select(); one.scrollIntoView({ block: "nearest" }); } return !!one; };
  var choose = function (input) { if (!input) return false; input.checked = true; input.dispatchEvent(new Event("input", { bubbles: true })); input.dispatchEvent(new Event("change", { bubbles: true })); return true; };
  var admit = function (value) {
    var card = desk.card(), done = card && choose(find('.adm input[value="' + value + '"]', card));
    // A weight that is not full needs a reason: the list is next.
    if (done && value !== "yes") focus("#why-" + card.dataset.n);
    return done;
  };
  var finding = function (value) { return choose(find('[data-finding="' + desk.state().p + '"] input[value="' + value + '"]')); };
  var ACTS = {
    point_next: function () { desk.point(1); },
    point_previous: function () { desk.point(-1); },
    exhibit_next: function () { desk.exhibit(1); },
    exhibit_previous: function () { desk.exhibit(-1); },
    side: function () { desk.other(); },
    zoom: function () { return press("[data-do=zoom]"); },
    rotate: function () { return press("[data-do=rotate]"); },
    original: function () { var card = desk.card(); if (card) find("a.id", card).click(); return !!card; },
    annotate: function () { return press("[data-do=annotate]"); },
    view: function () { desk.view(); },
    admit: function () { return admit("yes"); },
    admit_part: function () { return admit("part"); },
    admit_not: function () { return admit("no"); },
    find_buyer: function () { return finding("buyer"); },
    find_merchant: function () { return finding("merchant"); },
    find_unclear: function () { return finding("unclear"); },
    share: function () { return focus("#id_share"); },
    clause: function () { return press("[data-do=clause]"); },
    remedy: function () { return focus("#remedy input:checked") || focus("#remedy input"); },
    template: function () { return focus("[data-do=template]"); },
    more_evidence: function () { return press("[data-do=more_evidence_asked]"); },
    jury: function () { return press("[data-do=sent_to_jury]"); },
    next_case: function () { return press("[data-do=next_case]"); },
    help: function () { if (help) help.showModal(); else location.assign(told.find); }
  };
  var TYPING = "textarea, select, [contenteditable], dialog, input:not([type=radio]):not([type=checkbox]):not([type=range])";
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    var modified = event.ctrlKey || event.metaKey;
    if (modified && !event.altKey && event.code === "KeyK" && menu) { event.preventDefault(); open(); return; }
    if (event.code === "Escape" && event.target.closest(TYPING) && !event.target.closest("dialog")) { event.target.blur(); return; }
    if (modified || event.altKey || off() || event.target.closest(TYPING)) return;
    var code = event.code.replace("Numpad", "Digit");
    var row = told.keys.find(function (one) { return one.code === code && one.shift === event.shiftKey || one.key === "?" && event.key === "?"; });
    if (row && ACTS[row.act] && ACTS[row.act]() !== false) event.preventDefault();
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-do=help], a[data-menu]");
    if (!link || event.ctrlKey || event.metaKey || event.button) return;
    if (!(link.hasAttribute("data-menu") ? menu : help)) return;
    event.preventDefault();
    if (link.hasAttribute("data-menu")) open(); else help.showModal();
  });
  // A choice in a list is made with Enter, and the keys are free again.
  document.addEventListener("keydown", function (event) {
    if (event.code !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.target.matches("#id_share, .adm.why select")) { event.preventDefault(); event.target.blur(); }
  });

  var switcher = help && find("[data-keys-switch]", help);
  var draw = function () {
    switcher.textContent = off() ? switcher.dataset.off : switcher.dataset.on;
    document.body.classList.toggle("keys-off", off());
  };
  // What is off by the settings is switched on there.
  if (switcher) {
    switcher.hidden = !told.on;
    switcher.addEventListener("click", function () {
      try { localStorage.setItem("keys", off() ? "on" : "off"); } catch (_) { /* then they stay as they are */ }
      draw();
    });
    draw();
  }

  // The action menu: what the keys do, where the lists are, what can be done to the case; found by name, pinyin or English.
  var field = menu && find("input", menu), list = menu && find("ul", menu), shown = [], at = 0, asked = null, cases = [];
  var entries = function () {
    var found = told.keys.map(function (one) {
      return { label: one.label, aliases: one.aliases, key: off() ? "" : one.key, run: ACTS[one.act] };
    });
    all(".top nav a, .left-pane a[data-do], #ways a[data-do], .casebar .back, [data-do=preview]").forEach(function (one) {
      var label = (one.getAttribute("aria-label") || one.firstChild.textContent).trim();
      found.push({ label: label, aliases: (one.dataset.do || one.pathname || "").replace(/[_/]/g, " "), key: "", run: function () { one.click(); } });
    });
    return found;
  };
  var fits = function (entry, words) {
    var alias = " " + entry.aliases.toLowerCase();
    return !words || entry.label.toLowerCase().indexOf(words) >= 0 || alias.indexOf(" " + words) >= 0;
  };
  var fill = function () {
    var words = field.value.trim().toLowerCase();
    shown = entries().filter(function (one) { return fits(one, words); }).concat(cases);
    at = 0;
    list.replaceChildren.apply(list, shown.slice(0, 40).map(function (one, n) {
      var row = document.createElement("li");
      row.id = "menu-" + n; row.setAttribute("role", "option"); row.append(one.label);
      if (one.key) { var key = document.createElement("kbd"); key.textContent = one.key; row.append(key); }
      row.addEventListener("click", function () { run(n); });
      return row;
    }));
    choice();
  };
  var choice = function () {
    Array.from(list.children).forEach(function (row, n) { row.setAttribute("aria-selected", n === at); if (n === at) row.scrollIntoView({ block: "nearest" }); });
    if (list.children[at]) field.setAttribute("aria-activedescendant", "menu-" + at); else field.removeAttribute("aria-activedescendant");
  };
  // Cases by a part of their number or of what was bought: the server knows which the reader has at hand.
  var look = function () {
    var words = field.value.trim();
    clearTimeout(asked);
    cases = [];
    say("");
    fill();
    if (words.length < 2) return;
    asked = setTimeout(function () {
      fetch(told.find + "?q=" + encodeURIComponent(words), { headers: { Accept: "application/json" } }).then(function (reply) { return reply.json(); }).then(function (found) {
        if (field.value.trim() !== words) return;
        cases = found.cases.map(function (one) { return { label: one.number + " · " + one.title, key: "", run: function () { location.assign(one.href); } }; });
        fill();
        if (!shown.length) say(found.said);
      }).catch(function () { say(document.body.dataset.tOffline); });
    }, 200);
  };
  var say = function (text) { find("[data-found-none]", menu).textContent = text; };
  var run = function (n) { var one = shown[n]; if (!one) return; menu.close(); one.run(); };
  var open = function () { if (!menu) return; if (!menu.open) menu.showModal(); field.value = ""; look(); field.focus(); };
  if (menu) {
    field.addEventListener("input", look);
    menu.addEventListener("keydown", function (event) {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.code === "ArrowDown" || event.code === "ArrowUp") { event.preventDefault(); at = Math.max(0, Math.min(list.children.length - 1, at + (event.code === "ArrowDown" ? 1 : -1))); choice(); }
      if (event.code === "Enter") { event.preventDefault(); run(at); }
    });
    menu.addEventListener("click", function (event) { if (event.target === menu) menu.close(); });
  }
})();
