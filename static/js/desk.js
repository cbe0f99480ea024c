// The case's page switches points and exhibits from what it holds already: no question to the server, and the address goes
// along. Without this file each of these is a link. Nothing here decides anything.
(function () {
  "use strict";
  var main = document.querySelector("main[data-case]");
  if (!main) return;
  var find = function (what, where) { return (where || document).querySelector(what); };
  var all = function (what, where) { return Array.from((where || document).querySelectorAll(what)); };
  var pair = find("[data-pair]"), pile = find("[data-others]"), seenUrl = main.dataset.seenUrl;
  var cards = {}, order = [], listeners = [], opened = new Set(), loaded = Date.now();
  all("article[data-n]", main).forEach(function (card) { cards[card.dataset.n] = card; });
  order = Object.keys(cards).sort(function (a, b) {
    var side = "BMP".indexOf(a[0]) - "BMP".indexOf(b[0]);
    return side || a.slice(1) - b.slice(1);
  });
  var rows = all("[data-point]"), half = { b: find("[data-half=b]"), m: find("[data-half=m]"), r: find("[data-half=r]") };
  var strips = { b: all("[data-strip=b] a"), m: all("[data-strip=m] a"), r: all("[data-strip=r] a") };
  var shownIn = function (side) { var card = half[side] && find("article[data-n]", half[side]); return card ? card.dataset.n : ""; };
  var point = rows.find(function (row) { return row.hasAttribute("aria-current"); });
  var now = { p: point ? point.dataset.point : "", b: shownIn("b"), m: shownIn("m"), r: shownIn("r"), v: /view-one/.test(pair && pair.className) ? "one" : /view-over/.test(pair && pair.className) ? "over" : "two" };
  var active = now.r ? "r" : "b", sideOf = { B: "b", M: "m", P: "r" };

  var query = function (state) {
    var said = new URLSearchParams();
    ["p", "b", "m", "r"].forEach(function (key) { if (state[key]) said.set(key, state[key]); });
    if (state.v !== "two") said.set("v", state.v);
    return "?" + said;
  };
  var mark = function (list, is) {
    list.forEach(function (one) { if (is(one)) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current"); });
  };
  // A card that leaves goes back to the list of all others, to its place.
  var putBack = function (card) {
    if (!pile) { card.remove(); return; }
    var at = order.indexOf(card.dataset.n);
    var after = all("article[data-n]", pile).find(function (one) { return order.indexOf(one.dataset.n) > at; });
    pile.insertBefore(card, after || null);
  };
  var place = function (side, number) {
    var next = cards[number], old = half[side] && find("article[data-n]", half[side]);
    if (next === old) return;
    if (old) putBack(old);
    if (!next) return;
    half[side].prepend(next);
  };
  var toPoint = function (row) {
    mark(rows, function (one) { return one === row; });
    row.scrollIntoView({ block: "nearest" });
    var number = find("[data-point-number]"), title = find("[data-point-title]");
    if (number) { number.textContent = row.dataset.point; title.textContent = find(".ttl", row).textContent; }
    all(".said", row).forEach(function (said, at) {
      var words = find('[data-said="' + "bm"[at] + '"]'), none = said.classList.contains("none");
      if (!words) return;
      // Of whoever raised the point their account stands there; what is long is folded.
      var text = none ? "" : "raised" in said.dataset && words.dataset.account || said.textContent, fold = words.nextElementSibling;
      words.textContent = find("span", fold).textContent = text;
      words.hidden = text.length > 72;
      fold.hidden = !words.hidden;
      fold.open = false;
      words.parentElement.hidden = none;
    });
    all("[data-note]").forEach(function (one) { one.hidden = one.dataset.note !== row.dataset.point; });
    all("[data-finding]").forEach(function (one) { one.classList.toggle("cur", one.dataset.finding === row.dataset.point); });
  };
  var show = function (next, how) {
    var state = Object.assign({}, now, { r: "" }, next), row = rows.find(function (one) { return one.dataset.point === state.p; });
    if (next.p && next.p !== now.p && row) {
      if (!next.b) state.b = row.dataset.b || state.b;
      if (!next.m) state.m = row.dataset.m || state.m;
      toPoint(row);
    }
    ["b", "m", "r"].forEach(function (side) {
      if (half[side] && (state[side] || side === "r")) place(side, state[side]);
      state[side] = shownIn(side);
      mark(strips[side], function (one) { return one.dataset.n === state[side]; });
    });
    if (pair) pair.className = "pair view-" + (state.r ? "rec" : state.v);
    now = state;
    if (!!now.r !== (active === "r")) choose(now.r ? "r" : "b");
    all("[data-view]").forEach(function (one) {
      one.href = query(Object.assign({}, now, { v: one.dataset.view }));
      one.toggleAttribute("aria-current", false);
      if (one.dataset.view === now.v) one.setAttribute("aria-current", "true");
    });
    var viewer = find("[data-viewer]");
    if (viewer) viewer.href = viewer.href.split("?")[0] + query(now);
    if (how !== "back" && how !== "follow") history.pushState(now, "", query(now));
    else if (how === "follow") history.replaceState(now, "", query(now));
    listeners.forEach(function (listener) { listener(now, how); });
    setTimeout(ahead, 60);
  };
  // What comes next is fetched while this is looked at; a picture in the list of others is not loaded otherwise.
  var ahead = function () {
    var at = rows.findIndex(function (one) { return one.dataset.point === now.p; });
    var wanted = [rows[at + 1], rows[at - 1]].flatMap(function (row) { return row ? [row.dataset.b, row.dataset.m] : []; });
    ["b", "m", "r"].forEach(function (side) {
      var here = strips[side].findIndex(function (one) { return one.dataset.n === now[side]; });
      [here + 1, here - 1].forEach(function (n) { if (strips[side][n]) wanted.push(strips[side][n].dataset.n); });
    });
    wanted.forEach(function (number) { var img = cards[number] && find("img", cards[number]); if (img) img.loading = "eager"; });
  };

  // --- what was seen: what stood whole before the reader for a moment, never a thumbnail -------------------------
  var token = function () { var field = find("[name=csrfmiddlewaretoken]"); return field ? field.value : ""; };
  var waits = null;
  var look = function () {
    clearTimeout(waits);
    waits = setTimeout(function () {
      if (document.hidden) return;
      var sides = now.r ? ["r"] : now.v === "one" ? [active] : ["b", "m"];
      tell(sides.map(function (side) { return now[side]; }).filter(function (number) {
        var card = cards[number], img = card && find("img", card);
        return card && "whole" in card.dataset && (!img || img.complete && img.naturalWidth);
      }));
    }, 700);
  };
  var tell = function (numbers) {
    var fresh = numbers.filter(function (number) { return !opened.has(number) && !strip(number).hasAttribute("data-was-seen"); });
    if (!fresh.length || !seenUrl) return;
    var form = new URLSearchParams({ csrfmiddlewaretoken: token() });
    fresh.forEach(function (number) { opened.add(number); form.append("n", number); });
    fetch(seenUrl, { method: "POST", body: form }).then(function (reply) { return reply.ok ? reply.json() : Promise.reject(reply); }).then(function (told) {
      fresh.forEach(function (number) { strip(number).setAttribute("data-was-seen", ""); });
      all("[data-seen]").forEach(function (one) { one.textContent = one.textContent.replace(/\d+/, told.seen); });
      main.dispatchEvent(new CustomEvent("heng:seen"));
    }).catch(function () { fresh.forEach(function (number) { opened.delete(number); }); });
  };
  var strip = function (number) { return strips.b.concat(strips.m, strips.r).find(function (one) { return one.dataset.n === number; }) || document.createElement("a"); };
  listeners.push(look);
  document.addEventListener("visibilitychange", look);
  main.addEventListener("play", function (event) { var card = event.target.closest("article[data-n]"); if (card) tell([card.dataset.n]); }, true);
  main.addEventListener("load", look, true);

  // --- addresses of pictures live five minutes: fresh ones come with the page itself ------------------------------
  var renewing = null, renewed = 0;
  var renew = function () {
    if (renewing || Date.now() - renewed < 30000) return;
    renewed = Date.now();
    renewing = fetch(location.href).then(function (reply) { return reply.text(); }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html");
      all("article[data-n]", fresh).forEach(function (other) {
        var card = cards[other.dataset.n];
        all("img, source, video", other).forEach(function (one, at) {
          var mine = card && all("img, source, video", card)[at];
          ["src", "poster"].forEach(function (name) { if (mine && one.hasAttribute(name)) mine.setAttribute(name, one.getAttribute(name)); });
        });
      });
      loaded = Date.now();
    }).catch(function () { if (window.heng) window.heng.say(document.body.dataset.tOffline); }).then(function () { renewing = null; });
  };
  main.addEventListener("error", function (event) { if (event.target.closest && event.target.closest("article[data-n]")) renew(); }, true);
  listeners.push(function () { if (Date.now() - loaded > 270000) renew(); });

  // --- clicks and the way back -------------------------------------------------------------------------------------
  var plain = function (event) { return !event.defaultPrevented && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey; };
  document.addEventListener("click", function (event) {
    if (!plain(event)) return;
    var row = event.target.closest("a[data-point]"), small = event.target.closest("[data-strip] a"), view = event.target.closest("a[data-view]");
    if (row) { event.preventDefault(); show({ p: row.dataset.point }); }
    if (small) { event.preventDefault(); open(small.dataset.n); }
    if (view) { event.preventDefault(); show({ v: view.dataset.view }); }
    var within = event.target.closest("[data-half]");
    if (within && within.dataset.half !== active) choose(within.dataset.half);
  });
  window.addEventListener("popstate", function () {
    var said = new URLSearchParams(location.search);
    show({ p: said.get("p") || now.p, b: said.get("b") || now.b, m: said.get("m") || now.m, r: said.get("r") || "", v: said.get("v") || "two" }, "back");
  });
  // A link to an exhibit's weight or to a point, from what is missing: to where it stands.
  document.addEventListener("click", function (event) {
    var link = event.target.closest('a[href*="#admit-"], a[href*="#point-"]'), hash = link && link.hash;
    if (!hash || !plain(event) || link.pathname !== location.pathname && link.getAttribute("href")[0] !== "#") return;
    var number = hash.replace(/#(admit|point)-/, "");
    event.preventDefault();
    if (hash.indexOf("#point-") === 0) { show({ p: number }); var first = find('[data-finding="' + number + '"] input'); if (first) first.focus(); return; }
    if (cards[number]) { open(number); cards[number].scrollIntoView({ block: "nearest" }); }
    var control = cards[number] && find("input", cards[number]);
    if (control) control.focus();
  });
  // What is not opened yet opens here, if it can be seen whole here.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("#unseen a"), number = link && (link.pathname.match(/evidence\/([BMP]\d+)\/$/) || [])[1];
    if (!number || !plain(event) || !cards[number] || !("whole" in cards[number].dataset)) return;
    event.preventDefault();
    open(number);
  });
  var side = function (which, number) { var next = {}; next[which] = number; return next; };
  var choose = function (which) {
    active = which;
    ["b", "m", "r"].forEach(function (one) { if (half[one]) half[one].toggleAttribute("data-active", one === which); });
    look();
  };
  // An exhibit by its number, wherever it belongs. A record of the platform takes the room of both sides.
  var open = function (number) {
    var which = sideOf[number[0]];
    if (!half[which] || !cards[number]) return;
    choose(which);
    show(side(which, number));
  };
  // More is asked about what is looked at: the point, and the side whose exhibit is in hand.
  var asks = find("[data-do=more_evidence_asked]");
  if (asks) asks.addEventListener("click", function () {
    var said = new URLSearchParams({ point: now.p }), who = { b: "buyer", m: "merchant" }[active];
    if (who) said.set("side", who);
    asks.href = asks.pathname + "?" + said;
  });
  var step = function (list, at, by) { return list[Math.max(0, Math.min(list.length - 1, at + by))]; };

  // --- the second screen ---------------------------------------------------------------------------------------------
  var channel = window.BroadcastChannel ? new BroadcastChannel("heng-desk-" + main.dataset.case) : null;
  if (channel) {
    listeners.push(function (state, how) { if (how !== "follow") channel.postMessage(state); });
    channel.onmessage = function (event) { show(event.data, "follow"); };
  }

  window.heng.desk = {
    cards: cards,
    half: half,
    all: all,
    find: find,
    token: token,
    on: function (listener) { listeners.push(listener); },
    state: function () { return now; },
    active: function () { return active; },
    card: function () { return cards[now[active]]; },
    show: show,
    point: function (by) { var at = rows.findIndex(function (one) { return one.dataset.point === now.p; }), row = step(rows, at, by); if (row) show({ p: row.dataset.point }); },
    open: open,
    exhibit: function (by) {
      var list = strips[active], at = list.findIndex(function (one) { return one.dataset.n === now[active]; }), next = step(list, at, by);
      if (!list.length) window.heng.say(main.dataset.tNone);
      if (next) { next.scrollIntoView({ block: "nearest" }); open(next.dataset.n); }
    },
    // Buyer, merchant, the platform's records, and round again.
    other: function () {
      if (active === "b") choose("m");
      else if (active === "m" && strips.r.length) open(strips.r[0].dataset.n);
      else { if (now.r) show({}); choose("b"); }
    },
    view: function () { var names = ["two", "one", "over"]; show({ v: names[(names.indexOf(now.v) + 1) % 3] }); }
  };
  history.replaceState(now, "", location.search ? query(now) + location.hash : location.href);
  look();
  ahead();
})();
