// The decision keeps itself while it is written, looks up clauses, and shows what of the reasons is still to be filled in.
// Without this file each of these is a button or a page. It suggests and never sets.
(function () {
  "use strict";
  var form = document.getElementById("ruling"), desk = window.heng && window.heng.desk;
  if (!form || !desk) return;
  var find = desk.find, all = desk.all, body = document.body;
  var make = function (name, className, text) { var one = document.createElement(name); one.className = className || ""; if (text) one.textContent = text; return one; };
  var changed = function (field) { field.dispatchEvent(new Event("input", { bubbles: true })); field.dispatchEvent(new Event("change", { bubbles: true })); };

  // --- saved while it is written ---------------------------------------------------------------------------------
  var timer = null, running = null, dirty = false, leaving = false;
  var said = function (text, bad) {
    all("[data-saved]").forEach(function (one) { one.textContent = text; });
    all("[data-save-state]").forEach(function (one) { one.classList.toggle("bad", !!bad); });
  };
  var turn = function () { var field = form.elements.turn; if (field) field.value = +field.value + 1; };
  var later = function (wait) { dirty = true; clearTimeout(timer); timer = setTimeout(save, wait); };
  var save = function (event) {
    clearTimeout(timer);
    var going = !!event && event.type === "pagehide";
    if (!dirty || leaving || running && !going) return;
    turn();
    dirty = false;
    running = new AbortController();
    var how = { method: "POST", body: new FormData(form), headers: { "X-Draft": "1", Accept: "application/json" }, keepalive: going };
    if (!going) how.signal = running.signal;
    fetch(location.pathname, how).then(function (reply) {
      return reply.json().then(function (told) {
        running = null;
        if (told.version !== undefined) form.elements.version.value = told.version;
        said(told.said + (told.differs && told.differs.length ? " " + told.differs.map(function (part) { return part.label; }).join("、") : ""), !reply.ok);
        if (!reply.ok) { if (window.heng) window.heng.say(told.said, true); return; }
        if (window.heng.saved && !dirty) window.heng.saved(form);
        parts();
        if (dirty) later(600);
      });
    }).catch(function (error) {
      running = null;
      if (leaving || error && error.name === "AbortError") return;
      dirty = true;
      said(body.dataset.tOffline, true);
      timer = setTimeout(save, 15000);
    });
  };
  var mine = function (event) { return event.target.form === form && event.target.name && event.target.name !== "template"; };
  document.addEventListener("input", function (event) { if (mine(event)) later(event.target.type === "radio" || event.target.type === "checkbox" ? 500 : 1500); });
  form.addEventListener("focusout", function () { if (dirty) later(200); });
  window.addEventListener("pagehide", save);
  window.addEventListener("online", function () { if (dirty) save(); });
  form.addEventListener("submit", function () { leaving = true; clearTimeout(timer); if (running) running.abort(); turn(); });
  window.addEventListener("pageshow", function () { leaving = false; });
  // The sum, what it is paid from and what is missing are the server's to say.
  var parts = function () {
    fetch(location.href, { headers: { "X-Part": "decision" } }).then(function (reply) { return reply.ok ? reply.text() : Promise.reject(reply); }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html");
      all("[data-part]", fresh).forEach(function (one) {
        var old = find('[data-part="' + one.dataset.part + '"]');
        if (old && old.innerHTML !== one.innerHTML) old.innerHTML = one.innerHTML;
      });
      tick();
    }).catch(function () { /* what stands there stays */ });
  };
  // What was opened needs no reason to be skipped: its row goes, with the heading when it was the last.
  var skips = function () {
    var box = document.getElementById("unseen");
    all(".unopened", box).forEach(function (row) { if (find('[data-strip] a[data-n="' + find("b", row).textContent + '"][data-was-seen]')) row.remove(); });
    var left = all(".unopened", box).length;
    find(".end", box).textContent = left;
    box.hidden = !left;
  };
  find("main").addEventListener("heng:seen", function () {
    if (document.getElementById("unseen")) skips();
    if (+form.elements.version.value) parts();
  });

  // --- findings: the row on the left and the counts go along --------------------------------------------------------
  document.addEventListener("change", function (event) {
    var row = event.target.closest("[data-finding]");
    if (!row || event.target.type !== "radio") return;
    var left = find('a[data-point="' + row.dataset.finding + '"] .find'), as = find('template[data-found-as="' + event.target.value + '"]');
    if (left && as) left.replaceWith(as.content.firstElementChild.cloneNode(true));
    var done = all("[data-finding]").filter(function (one) { return find("input:checked", one); }).length;
    all("[data-found]").forEach(function (one) { one.textContent = done; });
  });

  // --- the share: a slider beside the number, without a thumb until somebody sets it -----------------------------
  var share = document.getElementById("id_share"), slide = find("[data-slide]"), rest = find("[data-rest]");
  var tick = function () {
    var suggested = find("[data-suggested]"), marks = document.getElementById("share-marks");
    marks.replaceChildren();
    if (suggested) { var one = make("option"); one.value = suggested.dataset.suggested; marks.append(one); }
  };
  var balance = function () {
    var set = share.value !== "" && +share.value >= 0 && +share.value <= 100;
    slide.toggleAttribute("data-unset", !set);
    if (set) slide.value = share.value;
    rest.textContent = set ? 100 - share.value + "%" : "";
  };
  var marks = make("datalist");
  marks.id = "share-marks";
  slide.after(marks);
  slide.setAttribute("list", marks.id);
  slide.hidden = false;
  share.addEventListener("input", balance);
  slide.addEventListener("input", function () { share.value = slide.value; changed(share); });
  tick();
  balance();

  // --- reasons: what is cited stands out, what is to be written stands out more ------------------------------------
  var area = document.getElementById("id_reasons"), slots = find("[data-slots]"), mirror = make("div", "mirror");
  var PARTS = /(〔(?!\d{4}〕)[^〔〕]*〕)|([BMP]\d{1,3}(?![\dA-Za-z])|(?:争点|爭點|[Pp]oints?)\s*\d{1,2}|\b\d{1,2}\.\d{1,2}\b)/g;
  mirror.setAttribute("aria-hidden", "true");
  area.before(mirror);
  var reflect = function () {
    var text = area.value, at = 0, found;
    mirror.replaceChildren();
    slots.replaceChildren();
    PARTS.lastIndex = 0;
    while ((found = PARTS.exec(text))) {
      mirror.append(text.slice(at, found.index), make("span", found[1] ? "slot empty" : "slot", found[0]));
      if (found[1]) slots.append(chip(found[1], found.index));
      at = PARTS.lastIndex;
    }
    mirror.append(text.slice(at) + "\n");
    mirror.scrollTop = area.scrollTop;
  };
  var chip = function (text, at) {
    var button = make("button", "slot empty", text.slice(1, -1));
    button.type = "button";
    button.addEventListener("click", function () { pick(at, text.length); });
    return button;
  };
  var pick = function (at, length) { area.focus(); area.setSelectionRange(at, at + length); };
  area.addEventListener("input", reflect);
  area.addEventListener("scroll", function () { mirror.scrollTop = area.scrollTop; });
  // The year of a document, 法释〔2022〕8号, is no gap.
  var gap = function (from) { var gaps = /〔(?!\d{4}〕)[^〔〕]*〕/g; gaps.lastIndex = from; return gaps.exec(area.value); };
  // From one gap to the next, as long as there is one.
  area.addEventListener("keydown", function (event) {
    if (event.code !== "Tab" || event.shiftKey || event.isComposing) return;
    var next = gap(area.selectionEnd);
    if (!next) return;
    event.preventDefault();
    pick(next.index, next[0].length);
  });
  reflect();

  // --- templates: filled by the server from what is found and admitted ---------------------------------------------
  var list = document.getElementById("template"), putIn = find('button[value="template"]', form);
  list.addEventListener("keydown", function (event) { if (event.code === "Enter" && list.value) { event.preventDefault(); putIn.click(); } });
  putIn.addEventListener("click", function (event) {
    event.preventDefault();
    if (!list.value) { list.focus(); return; }
    var fields = new FormData(form);
    fields.set("go", "template");
    fetch(location.pathname, { method: "POST", body: fields, headers: { Accept: "application/json" } }).then(function (reply) { return reply.ok ? reply.json() : Promise.reject(reply); }).then(function (told) {
      var from = area.value.trim() ? area.value.trimEnd().length + 1 : 0;
      area.value = told.reasons;
      list.value = "";
      changed(area);
      var first = gap(from);
      if (first) pick(first.index, first[0].length); else area.focus();
    }).catch(function () { if (window.heng) window.heng.say(body.dataset.tOffline, true); });
  });

  // Numbers are typed only where nothing can be looked up; what was typed once stays to be seen.
  var more = document.getElementById("id_more_clauses");
  if (more) { more.placeholder = " "; body.classList.add("scripted"); }

  // --- clauses: found while one types; what was not in force cannot be chosen ----------------------------------------
  var opener = find("[data-clauses]"), ticks = find("[data-ticks]"), box = null, known = null;
  opener.addEventListener("click", function (event) {
    if (event.ctrlKey || event.metaKey || event.button) return;
    event.preventDefault();
    if (box) { close(); return; }
    box = make("div", "found");
    var field = make("input"), rows = make("ul"), at = 0, shown = [];
    field.type = "search"; field.autocomplete = "off";
    field.setAttribute("aria-label", opener.dataset.label);
    field.setAttribute("role", "combobox"); field.setAttribute("aria-expanded", "true"); field.setAttribute("aria-controls", "found-clauses");
    rows.id = "found-clauses"; rows.setAttribute("role", "listbox"); rows.setAttribute("aria-label", field.getAttribute("aria-label"));
    box.append(field, rows);
    opener.after(box);
    var draw = function () {
      var words = field.value.trim().toLowerCase();
      shown = (known || []).filter(function (one) { return (one.number + " " + one.title + " " + one.text).toLowerCase().indexOf(words) >= 0; });
      shown.sort(function (one, other) { return (other.number.indexOf(words) === 0) - (one.number.indexOf(words) === 0); });
      shown = shown.slice(0, 12);
      at = Math.max(0, shown.findIndex(function (one) { return !one.later; }));
      rows.replaceChildren.apply(rows, shown.map(function (one, n) {
        var row = make("li");
        row.id = "clause-" + n; row.setAttribute("role", "option");
        if (one.later) row.setAttribute("aria-disabled", "true");
        row.append(make("b", "num", one.number), one.title, make("small", "", one.later || one.text));
        row.addEventListener("click", function () { take(one); });
        return row;
      }));
      choice();
    };
    var choice = function () { Array.from(rows.children).forEach(function (row, n) { row.setAttribute("aria-selected", n === at); if (n === at) { row.scrollIntoView({ block: "nearest" }); field.setAttribute("aria-activedescendant", row.id); } }); };
    field.addEventListener("input", function (event) { event.stopPropagation(); draw(); });
    field.addEventListener("keydown", function (event) {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.code === "ArrowDown" || event.code === "ArrowUp") { event.preventDefault(); at = Math.max(0, Math.min(shown.length - 1, at + (event.code === "ArrowDown" ? 1 : -1))); choice(); }
      if (event.code === "Enter") { event.preventDefault(); if (shown[at]) take(shown[at]); }
      if (event.code === "Escape") { event.preventDefault(); close(); }
    });
    field.focus();
    if (known) { draw(); return; }
    fetch(opener.href, { headers: { Accept: "application/json" } }).then(function (reply) { return reply.json(); }).then(function (told) { known = told.clauses; draw(); }).catch(function () { location.assign(opener.href); });
  });
  var close = function () { if (box) { box.remove(); box = null; } };
  var take = function (clause) {
    if (clause.later) return;
    var tickbox = all("input", ticks).find(function (one) { return one.value === clause.number; });
    if (!tickbox) {
      var label = make("label");
      tickbox = make("input");
      tickbox.type = "checkbox"; tickbox.name = "clauses"; tickbox.value = clause.number;
      label.title = clause.text;
      label.append(tickbox, make("b", "num", clause.number), " " + clause.title);
      ticks.append(label);
    }
    tickbox.checked = true;
    changed(tickbox);
    close();
  };

  // --- what was noted goes into the reasons, with the point and the exhibits it was noted on --------------------------
  all("[data-note-into]").forEach(function (one) { one.hidden = false; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-note-into]");
    if (!button) return;
    var note = document.getElementById(button.dataset.noteInto);
    if (!note || !note.value.trim()) { if (note) note.focus(); return; }
    event.preventDefault();
    area.value = (area.value.trimEnd() + "\n" + note.value.trim()).trim();
    changed(area);
    area.focus();
  });
})();
