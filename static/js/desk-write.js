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
  var timer = null, running = null, dirty = false, leaving = false, over = false, t = form.dataset;
  var said = function (text, bad, href) {
    var words = href ? make("a", "", text) : text;
    if (href) words.href = href;
    all("[data-saved]").forEach(function (one) { one.replaceChildren(words); });
    all("[data-save-state]").forEach(function (one) { one.classList.toggle("bad", !!bad); });
  };
  var warn = function (text, stays, href) { said(text, true, href); window.heng.say(text, stays); };
  // What the server has not confirmed outlives a reload of this page, in this tab and for this reader only.
  var SHELF = "ruling " + find("main").dataset.case + " " + t.whose, OURS = ["csrfmiddlewaretoken", "version", "tab", "turn", "template"];
  var shelf = function (kept) { try { if (kept) sessionStorage.setItem(SHELF, JSON.stringify(kept)); else if (kept === null) sessionStorage.removeItem(SHELF); else return JSON.parse(sessionStorage.getItem(SHELF)); } catch (_) { /* then nothing outlives it */ } return null; };
  var typed = function () { return Array.from(new FormData(form)).filter(function (pair) { return OURS.indexOf(pair[0]) < 0; }); };
  // ``more``: 1 where it is not on its way yet, but will be the next that is sent.
  var keep = function (more) { var now = form.elements; shelf({ version: +now.version.value, tab: now.tab.value, turn: +now.turn.value + more, fields: typed() }); };
  var turn = function () { var field = form.elements.turn; if (field) field.value = +field.value + 1; };
  var later = function (wait) { dirty = true; keep(1); clearTimeout(timer); if (!over) timer = setTimeout(save, wait); };
  // Nothing more is sent from this page: another try would be answered the same.
  var stop = function (text, href) { over = true; clearTimeout(timer); window.heng.saved(form); warn(text, true, href); };
  var again = function (text) { dirty = true; said(text, true); timer = setTimeout(save, 15000); };
  var save = function (event) {
    clearTimeout(timer);
    var going = !!event && event.type === "pagehide";
    if (!dirty || leaving || over || running && !going) return;
    turn();
    keep(0);
    dirty = false;
    running = new AbortController();
    var how = { method: "POST", body: new FormData(form), headers: { "X-Draft": "1", Accept: "application/json" }, keepalive: going };
    if (!going) how.signal = running.signal;
    fetch(location.pathname, how).then(function (reply) {
      running = null;
      if (reply.redirected) return stop(t.tSignedOut, location.href);
      if (!/json/.test(reply.headers.get("Content-Type"))) return reply.status < 500 ? stop(t.tUnknown) : again(t.tLater);
      return reply.json().then(function (told) { answered(reply, told); });
    }).catch(function (error) {
      running = null;
      if (!leaving && !(error && error.name === "AbortError")) again(body.dataset.tOffline);
    });
  };
  var answered = function (reply, told) {
    if (/^(not_yours|case_is_not_yours)$/.test(told.code)) return stop((told.detail || told.said) + " " + t.tCopy);
    if (told.version !== undefined) form.elements.version.value = told.version;
    said(told.said + (told.differs && told.differs.length ? " " + told.differs.map(function (part) { return part.label; }).join("、") : ""), !reply.ok);
    wrong(told.errors || {});
    if (!reply.ok) { window.heng.say(told.said, true); return; }
    if (!dirty) { shelf(null); window.heng.saved(form); parts(); } else later(400);
  };
  // What keeps the draft from being saved is named with a way to it; the sum is that of the last saving until then.
  var wrong = function (errors) {
    var names = Object.keys(errors), line = make("p", "miss");
    all("[aria-invalid]").forEach(function (one) { one.removeAttribute("aria-invalid"); });
    all("[data-unsaved]").forEach(function (one) { one.hidden = !names.length; });
    if (!names.length) return;
    line.append(t.tWrong);
    names.forEach(function (name, n) {
      var field = form.elements[name], one = field && (field.length && !field.options ? field[0] : field), link = make("a", "", errors[name][0]);
      if (n) line.append("、");
      if (!one || !one.id) { line.append(errors[name][0]); return; }
      one.setAttribute("aria-invalid", "true");
      link.href = "#" + one.id;
      if (one.labels && one.labels[0]) link.textContent = one.labels[0].textContent.trim();
      link.title = errors[name][0];
      link.addEventListener("click", function (event) { var fold = one.closest("details"); event.preventDefault(); if (fold) fold.open = true; one.focus(); });
      line.append(link);
    });
    find('[data-part="lacking"]').replaceChildren(line);
  };
  var mine = function (event) { return event.target.form === form && event.target.name && event.target.name !== "template"; };
  document.addEventListener("input", function (event) { if (mine(event)) later(400); });
  form.addEventListener("focusout", function () { if (dirty) later(200); });
  window.addEventListener("pagehide", save);
  window.addEventListener("online", function () { if (dirty) save(); });
  form.addEventListener("submit", function () { leaving = true; clearTimeout(timer); if (running) running.abort(); turn(); keep(0); });
  window.addEventListener("pageshow", function () { leaving = false; });
  // The sum, what it is paid from and what is missing are the server's to say.
  var parts = function () {
    fetch(location.href, { headers: { "X-Part": "decision" } }).then(function (reply) { return reply.ok ? reply.text() : Promise.reject(reply); }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html");
      all("[data-part]", fresh).forEach(function (one) {
        var old = find('[data-part="' + one.dataset.part + '"]');
        if (one.dataset.part === "lacking" && find("[data-unsaved]:not([hidden])")) return;
        if (old && old.innerHTML !== one.innerHTML) old.innerHTML = one.innerHTML;
      });
      tick();
      // Why precedents are left is asked while they are; what was written about it stays to be seen.
      var left = document.getElementById("deviation");
      left.hidden = !find('[data-part="departs"] > *') && !form.elements.deviation_reason.value.trim();
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

  // --- what was typed before this page was loaded again ---------------------------------------------------------------
  // Put back where nobody wrote meanwhile. Where another page did, both are there and the reader says which one it is.
  var flat = function (value) { value = String(value).replace(/\r\n/g, "\n").trim(); return value && isFinite(value) ? String(+value) : value; };
  var put = function (kept) {
    var by = {}, done = {};
    kept.fields.forEach(function (pair) { (by[pair[0]] = by[pair[0]] || []).push(pair[1]); });
    Array.from(form.elements).forEach(function (field) {
      var wanted = by[field.name] || [], ticked = field.type === "radio" || field.type === "checkbox";
      if (!field.name || OURS.indexOf(field.name) >= 0 || field.type === "submit" || field.type === "hidden") return;
      if (ticked) {
        if (field.checked === wanted.indexOf(field.value) >= 0) return;
        field.checked = !field.checked;
      } else {
        if (!(field.name in by) || done[field.name] || flat(field.value) === flat(wanted[0])) return;
        field.value = wanted[0];
      }
      done[field.name] = true;
      if (!ticked || field.checked) changed(field); else later(400);
    });
    // A clause that was looked up has no tick on the page as it came.
    var ticked = all("[name=clauses]").map(function (one) { return one.value; });
    var beyond = (by.clauses || []).filter(function (number) { return ticked.indexOf(number) < 0; });
    if (beyond.length) { more.value = beyond.join(" "); changed(more); }
  };
  var differs = function (kept) {
    var here = {}, there = {};
    typed().forEach(function (pair) { here[pair[0]] = (here[pair[0]] || "") + "\n" + flat(pair[1]); });
    kept.fields.forEach(function (pair) { there[pair[0]] = (there[pair[0]] || "") + "\n" + flat(pair[1]); });
    // Why something was skipped has no field any more once it was opened.
    return Object.keys(Object.assign({}, here, there)).some(function (name) { return !/^skip_/.test(name) && (here[name] || "").trim() !== (there[name] || "").trim(); });
  };
  var kept = shelf(), came = performance.getEntriesByType("navigation")[0], version = +form.elements.version.value;
  var ours = kept && kept.tab === t.wrote;
  if (kept && (ours && kept.turn <= +t.turn || !differs(kept))) { shelf(null); kept = null; }
  if (kept && (ours || kept.version === version)) {
    // The page that was left may still be sending: what this one sends counts on from there.
    if (came && came.type === "reload") { form.elements.tab.value = kept.tab; form.elements.turn.value = kept.turn; }
    put(kept);
    warn(t.tRestored);
  } else if (kept) {
    var bar = make("div", "sec unsent"), back = make("button", "btn btn-sm", t.tPutBack), not = make("button", "btn btn-sm", t.tForget);
    back.type = not.type = "button";
    back.addEventListener("click", function () { bar.remove(); put(kept); });
    not.addEventListener("click", function () { bar.remove(); shelf(null); });
    bar.append(make("p", "small", t.tUnsent), back, not);
    form.prepend(bar);
  }
})();
