// How one looks at two pictures: nearer, turned, with more contrast, one above the other. Changes nothing but the view.
(function () {
  "use strict";
  var desk = window.heng && window.heng.desk;
  if (!desk || !desk.half.b) return;
  var find = desk.find, all = desk.all, tools = find("[data-looks]"), pair = find("[data-pair]");
  var fresh = function () { return { zoom: 1, x: 0, y: 0, turn: 0, of: "" }; };
  var how = { b: fresh(), m: fresh() }, linked = true, over = null;
  tools.hidden = false;
  document.body.classList.add("looks-on");

  var frame = function (side) { return find("[data-frame]", desk.half[side]); };
  // Lying on its side a picture has to fit into the frame again, by its own proportions: the frame may be much wider.
  var lying = function (box) {
    var one = find("img", box), w = box.clientWidth, h = box.clientHeight, across = one && one.naturalWidth || w, down = one && one.naturalHeight || h;
    return Math.min(w / down, h / across) / Math.min(w / across, h / down);
  };
  var draw = function () {
    ["b", "m"].forEach(function (side) {
      var box = over ? find("[data-over=" + side + "]", over) : frame(side), at = how[side];
      if (!box) return;
      var fit = at.turn % 180 ? lying(box) : 1;
      all("img, .marks", box).forEach(function (one) {
        one.style.transform = at.zoom === 1 && !at.turn ? "" : "translate(" + at.x * 100 + "%," + at.y * 100 + "%) rotate(" + at.turn + "deg) scale(" + at.zoom * fit + ")";
      });
    });
    find("[data-zoom]").textContent = Math.round(hand().zoom * 100) + "%";
  };
  // Of a record of the platform there is nothing to come nearer to; then the tools mean both pictures.
  var hand = function () { return how[desk.active()] || how.b; };
  var both = function (change) {
    (linked || over || !how[desk.active()] ? ["b", "m"] : [desk.active()]).forEach(function (side) { change(how[side]); });
    draw();
  };
  var zoom = function (by) {
    both(function (at) {
      at.zoom = Math.max(1, Math.min(5, Math.round(at.zoom * by * 100) / 100));
      bound(at);
    });
  };
  var bound = function (at) {
    var room = (at.zoom - 1) / 2;
    at.x = Math.max(-room, Math.min(room, at.x)); at.y = Math.max(-room, Math.min(room, at.y));
  };
  var ACTS = {
    link: function (button) { linked = !linked; button.setAttribute("aria-pressed", linked); },
    in: function () { var now = hand().zoom; if (now >= 5) both(function (at) { Object.assign(at, fresh(), { turn: at.turn, of: at.of }); }); else zoom(1.5); },
    out: function () { zoom(1 / 1.5); },
    reset: function () { both(function (at) { Object.assign(at, fresh(), { of: at.of }); }); },
    turn: function () { var at = hand(); at.turn = (at.turn + 90) % 360; draw(); },
    contrast: function (button) { var on = pair.parentElement.classList.toggle("contrast"); button.setAttribute("aria-pressed", on); }
  };
  tools.addEventListener("click", function (event) {
    var button = event.target.closest("[data-look]");
    if (button) ACTS[button.dataset.look](button);
  });

  // By hand: drag to move, Ctrl and the wheel or two clicks to come nearer. A single click only chooses the side.
  var held = null, pane = pair.parentElement, FRAMES = "[data-frame], .over > .frame";
  pane.addEventListener("pointerdown", function (event) {
    var box = event.target.closest(FRAMES), half = box && box.closest("[data-half]");
    if (!box || event.button || half && !how[half.dataset.half]) return;
    held = { box: box, side: half ? half.dataset.half : "b", x: event.clientX, y: event.clientY };
    box.setPointerCapture(event.pointerId);
  });
  pane.addEventListener("pointermove", function (event) {
    if (!held) return;
    var dx = (event.clientX - held.x) / held.box.clientWidth, dy = (event.clientY - held.y) / held.box.clientHeight;
    held.x = event.clientX; held.y = event.clientY;
    (linked || over ? ["b", "m"] : [held.side]).forEach(function (side) { var at = how[side]; at.x += dx; at.y += dy; bound(at); });
    draw();
  });
  ["pointerup", "pointercancel"].forEach(function (name) { pane.addEventListener(name, function () { held = null; }); });
  pane.addEventListener("dragstart", function (event) { if (event.target.closest(FRAMES)) event.preventDefault(); });
  pair.addEventListener("click", function (event) { if (event.detail && event.target.closest("[data-frame]") && !event.ctrlKey && !event.metaKey) event.preventDefault(); });
  pane.addEventListener("dblclick", function (event) { if (event.target.closest(FRAMES)) ACTS.in(); });
  pane.addEventListener("wheel", function (event) {
    if (!event.target.closest(FRAMES) || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }, { passive: false });

  // One above the other: the upper one is cut where the slider stands. Film and words stay side by side.
  var overlay = function (state) {
    if (over) { over.remove(); over = null; }
    pair.hidden = false;
    // One picture above the other is moved as one; each can be turned by itself.
    find("[data-look=link]").disabled = false;
    if (state.v !== "over" || state.r) return;
    var pictures = ["b", "m"].map(function (side) { return frame(side) && find("img", frame(side)); });
    if (!pictures[0] || !pictures[1]) return;
    over = document.createElement("div");
    over.className = "over";
    var shot = document.createElement("div"), rule = document.createElement("span"), slide = document.createElement("input"), who = document.createElement("p");
    shot.className = "frame"; rule.className = "rule"; who.className = "who";
    ["b", "m"].forEach(function (side) {
      var one = document.createElement("span"), number = document.createElement("b");
      number.className = "num"; number.textContent = state[side];
      one.append(find(".party", desk.half[side]).cloneNode(true), " ", number);
      who.append(one);
    });
    ["m", "b"].forEach(function (side) {
      var sheet = document.createElement("div"), copy = pictures[side === "b" ? 0 : 1].cloneNode();
      copy.loading = "eager"; copy.removeAttribute("style");
      sheet.className = side === "b" ? "top-one" : ""; sheet.dataset.over = side;
      sheet.append(copy);
      shot.append(sheet);
    });
    find("[data-look=link]").disabled = true;
    slide.type = "range"; slide.min = 0; slide.max = 100; slide.value = 50;
    slide.setAttribute("aria-label", find('[data-view="over"]').textContent.trim());
    slide.addEventListener("input", function () { shot.style.setProperty("--cut", slide.value + "%"); });
    shot.append(rule);
    over.append(who, shot, slide);
    pair.before(over);
    pair.hidden = true;
  };
  desk.on(function (state) {
    ["b", "m"].forEach(function (side) { if (how[side].of !== state[side]) how[side] = Object.assign(fresh(), { of: state[side], zoom: linked ? how[side].zoom : 1 }); });
    overlay(state);
    draw();
  });
  var state = desk.state();
  how.b.of = state.b; how.m.of = state.m;
  overlay(state);
})();
