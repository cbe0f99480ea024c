// Enhancement only: every flow works without this file. It never acts for the reader and trusts no phone's clock.
(function () {
  "use strict";
  var body = document.body, t = body.dataset;
  var offset = t.now ? Date.parse(t.now) - Date.now() : 0;
  var status = document.getElementById("status");
  var say = function (text, stays) {
    if (!status) return;
    var line = document.createElement("p");
    line.textContent = text;
    status.appendChild(line);
    if (!stays) setTimeout(function fade() { line.matches(":hover") ? setTimeout(fade, 2000) : line.remove(); }, 6000);
  };
  window.heng = { say: say };

  // Countdowns: words from the server, time from the server, redrawn twice a minute.
  var fill = function (pattern, values) {
    return (pattern || "").replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  };
  var span = function (ms) {
    var min = Math.floor(ms / 60000);
    if (ms >= 1728e5) return fill(t.tDays, { d: Math.floor(min / 1440), h: Math.floor(min % 1440 / 60) });
    if (ms >= 36e5) return fill(t.tHours, { h: Math.floor(min / 60), m: min % 60 });
    return min ? fill(t.tMinutes, { m: min }) : t.tUnder;
  };
  var units = function (el, text) {
    el.textContent = "";
    text.split(/(\d+)/).forEach(function (part) {
      if (/^\d+$/.test(part)) el.append(part);
      else if (part.trim()) { var s = document.createElement("small"); s.textContent = part.trim(); el.append(s); }
    });
  };
  var LEVELS = ["neutral", "warn", "solid", "over"], MARKS = [864e5, 144e5, 36e5];
  var last = {};
  var tick = function () {
    document.querySelectorAll("[data-due]").forEach(function (el) {
      var due = Date.parse(el.dataset.due), left = due - (Date.now() + offset), mine = "mine" in el.dataset;
      var words = span(Math.abs(left));
      if (el.dataset.form === "span") units(el, words);
      else el.textContent = fill(left > 0 ? t.tLeft : t.tOver, { span: words });
      var box = el.closest(".left, .count, .clock"), level = "neutral";
      if (mine && left <= 864e5) level = left <= 0 ? "over" : left <= 72e5 ? "solid" : "warn";
      if (box) LEVELS.forEach(function (name) { box.classList.toggle(name, name === level); });
      var before = last[el.dataset.due];
      if (before !== undefined && mine) {
        MARKS.forEach(function (mark) { if (before > mark && left <= mark) say(fill(t.tLeft, { span: span(mark) })); });
        if (before > 0 && left <= 0) say(t.tEnded, true);
      }
      last[el.dataset.due] = left;
    });
  };
  tick();
  setInterval(tick, 30000);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) tick(); });

  // The seconds in which a ruling can be called back; the page asks by itself what became of it soon after.
  document.querySelectorAll("[data-seconds]").forEach(function (el) {
    var until = Date.parse(el.dataset.seconds), every = setInterval(count, 250);
    function count() {
      var left = Math.ceil((until - Date.now() - offset) / 1000);
      if (left > 0) { el.textContent = fill(el.dataset.left, { n: left }); return; }
      clearInterval(every);
      el.textContent = el.dataset.ended;
      document.querySelectorAll("[data-over]").forEach(function (title) { title.textContent = title.dataset.over; });
      document.querySelectorAll("[data-while-seconds]").forEach(function (form) { form.remove(); });
      say(el.dataset.ended);
    }
    count();
  });

  // Focus: an error summary takes it on load.
  var wants = document.querySelector("[data-focus]");
  if (wants) wants.focus();

  // A long record folds; without script it is whole.
  document.querySelectorAll("[data-collapse]").forEach(function (list) {
    var keep = +list.dataset.collapse, items = Array.prototype.slice.call(list.children, keep);
    if (items.length < 2) return;
    items.forEach(function (li) { li.hidden = true; });
    var more = document.createElement("button");
    more.type = "button"; more.className = "more"; more.textContent = list.dataset.more;
    more.addEventListener("click", function () {
      items.forEach(function (li) { li.hidden = false; });
      items[0].tabIndex = -1; items[0].focus(); more.remove();
    });
    list.after(more);
  });

  // Dialogs: a link with data-dialog="id" opens the <dialog> that repeats the page it leads to.
  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-dialog]"), closer = event.target.closest("dialog [data-close]");
    var dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    if (closer) { event.preventDefault(); closer.closest("dialog").close(); }
    document.querySelectorAll("details.menu[open]").forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // Forms: send once, say when it takes long, warn before typed words are lost, count characters.
  var dirty = new Set(), savers = new Map(), kept = Promise.resolve();
  // Keeps what was typed in all forms but one.
  window.heng.keep = function (but) {
    savers.forEach(function (save, form) { if (form !== but) save(); });
    return kept;
  };
  window.heng.saved = function (form) { dirty.delete(form); };
  document.addEventListener("input", function (event) {
    var form = event.target.form, counter = event.target.id && document.querySelector('[data-counts="' + CSS.escape(event.target.id) + '"]');
    if (form && "keep" in form.dataset) dirty.add(form);
    if (counter) {
      var length = Array.from(event.target.value).length;
      counter.textContent = length + " / " + counter.dataset.max;
      counter.classList.toggle("over", length > +counter.dataset.max);
    }
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    dirty.delete(form);
    if (form.method !== "post") return;
    form.dataset.sent = "1";
    var button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
    setTimeout(function () { if (form.dataset.sent) say(t.tSlow); }, 8000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-busy]").forEach(function (b) { b.removeAttribute("aria-busy"); });
    });
  });
  window.addEventListener("beforeunload", function (event) { if (dirty.size) event.preventDefault(); });
  window.addEventListener("offline", function () { say(t.tOffline, true); });

  // Drafts: a form with data-autosave="URL" sends its fields five seconds after the last key (data-autosave-after in
  // milliseconds), on leaving a field, and when the page goes away. Any other form whose words are to be kept (data-keep)
  // sends them to its own page, to be kept there and not to be done.
  document.querySelectorAll("form[data-autosave], form[data-keep][method=post]").forEach(function (form) {
    var timer, running, own = form.dataset.autosave, wait = +form.dataset.autosaveAfter || 5000, save = function (event) {
      clearTimeout(timer);
      if (!dirty.has(form) || form.dataset.sent) return;
      var fields = new FormData(form), leaving = !!event && event.type === "pagehide";
      Array.from(fields.keys()).forEach(function (key) { if (fields.get(key) instanceof File) fields.delete(key); });
      if (!own) fields.append("_keep", "1");
      running = window.AbortController && !leaving ? new AbortController() : null;
      var how = { method: "POST", body: fields, headers: { "X-Draft": "1" }, keepalive: leaving };
      if (running) how.signal = running.signal;
      dirty.delete(form);
      kept = Promise.all([kept, fetch(own || location.pathname + location.search, how).then(function (reply) {
        if (!reply.ok) { dirty.add(form); return; }
        return reply.text().then(function (text) {
          var mark = document.querySelector("[data-saved]");
          if (mark && text && text.length < 80) mark.textContent = text;
        });
      }).catch(function () { if (!form.dataset.sent) dirty.add(form); })]);
    };
    savers.set(form, save);
    // A field may belong to a form that it does not stand in.
    document.addEventListener("input", function (event) {
      if (event.target.form === form) { dirty.add(form); clearTimeout(timer); timer = setTimeout(save, wait); }
    });
    document.addEventListener("focusout", function (event) { if (event.target.form === form) save(event); });
    // What is sent comes after what was saved: a save that is still on its way must not overtake it.
    form.addEventListener("submit", function () { clearTimeout(timer); if (running) running.abort(); });
    window.addEventListener("pagehide", save);
  });

  // Another language: what was typed goes along, to be kept and not to be done.
  document.addEventListener("click", function (event) {
    var link = event.target.closest(".langs a"), form = Array.from(dirty).pop();
    if (!link || !form || form.method !== "post") return;
    event.preventDefault();
    form.insertAdjacentHTML("beforeend", '<input type="hidden" name="_keep" value="1">');
    form.setAttribute("enctype", "application/x-www-form-urlencoded");
    form.setAttribute("action", link.href);
    dirty.clear();
    HTMLFormElement.prototype.submit.call(form);
  });

  // Theme: the same cookie that the form sets, without the round trip.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    event.preventDefault();
    var root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)").matches;
    var next = (root.dataset.theme || (dark ? "dark" : "light")) === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    document.cookie = "theme=" + next + ";path=/;max-age=31536000;samesite=lax";
  });
})();
