// Enhancement of the page that masks parts of a picture: draw them. Without this file there is a grid of cells.
(function () {
  "use strict";
  var form = document.querySelector("form[data-masks]");
  if (!form || !window.PointerEvent) return;
  var units = Number(form.dataset.masks), SVG = "http://www.w3.org/2000/svg";
  var picture = form.querySelector("[data-picture]"), layer = picture.querySelector("svg");
  var cells = form.querySelector("[data-cells]"), parts = form.querySelector("[data-parts]"), list = parts.querySelector("ul");
  var how = form.querySelector("[data-how]"), change = form.querySelector("[data-switch]"), grid = how.textContent;
  var drawn = [], begun = null, isDrawing = true;

  var write = function () {
    form.elements.drawn.value = drawn.map(function (one) { return one.box.join(","); }).join(";");
    parts.hidden = !list.children.length;
  };
  var at = function (event) {
    var frame = layer.getBoundingClientRect();
    var within = function (value) { return Math.max(0, Math.min(units, Math.round(value))); };
    return [within((event.clientX - frame.left) / frame.width * units), within((event.clientY - frame.top) / frame.height * units)];
  };
  var place = function (rect, box) {
    rect.setAttribute("x", box[0]); rect.setAttribute("y", box[1]);
    rect.setAttribute("width", box[2] - box[0]); rect.setAttribute("height", box[3] - box[1]);
  };
  var boxOf = function (from, to) {
    return [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
  };
  var take = function (rect, box) {
    var one = { box: box, rect: rect }, row = document.createElement("li"), button = document.createElement("button");
    row.append(parts.dataset.name + " ");
    button.type = "button"; button.className = "btn btn-sm"; button.textContent = parts.dataset.remove;
    button.addEventListener("click", function () {
      drawn.splice(drawn.indexOf(one), 1); rect.remove(); row.remove(); write();
    });
    row.append(button); list.append(row); drawn.push(one); write();
  };

  // What was drawn before a refusal came with the page.
  form.elements.drawn.value.split(";").forEach(function (part) {
    var box = part.split(",").map(Number), rect = document.createElementNS(SVG, "rect");
    if (box.length !== 4 || box.some(isNaN)) return;
    layer.append(rect); place(rect, box); take(rect, box);
  });

  picture.addEventListener("pointerdown", function (event) {
    if (!isDrawing || event.button !== 0) return;
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    begun = { from: at(event), rect: document.createElementNS(SVG, "rect") };
    layer.append(begun.rect);
  });
  picture.addEventListener("pointermove", function (event) {
    if (begun) place(begun.rect, boxOf(begun.from, at(event)));
  });
  picture.addEventListener("pointerup", function (event) {
    if (!begun) return;
    var box = boxOf(begun.from, at(event)), rect = begun.rect;
    begun = null;
    // A click, or a slip of the finger, is no part.
    if (box[2] - box[0] < 8 || box[3] - box[1] < 8) { rect.remove(); return; }
    place(rect, box); take(rect, box);
  });
  picture.addEventListener("pointercancel", function () { if (begun) { begun.rect.remove(); begun = null; } });

  // A part that stands already: unticked, it is only outlined.
  list.addEventListener("change", function (event) {
    var rect = layer.querySelector('[data-part="' + event.target.value + '"]');
    if (rect) rect.toggleAttribute("data-off", !event.target.checked);
  });
  var show = function () {
    cells.hidden = isDrawing; picture.classList.toggle("drawing", isDrawing);
    how.textContent = isDrawing ? how.dataset.draw : grid;
    change.textContent = isDrawing ? change.dataset.grid : change.dataset.draw;
    change.hidden = false;
  };
  change.addEventListener("click", function () { isDrawing = !isDrawing; show(); });
  show();
}());
