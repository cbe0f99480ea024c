// A rectangle on a picture, drawn by hand or moved with the arrows. Without this file the exhibit's own page has a form that
// names a part of the picture.
(function () {
  "use strict";
  var desk = window.heng && window.heng.desk, form = document.getElementById("annotate");
  if (!desk || !form) return;
  var find = desk.find, SVG = "http://www.w3.org/2000/svg", UNITS = 1000, EDGES = ["left", "top", "right", "bottom"];
  var layer = null, rect = null, box = null, card = null, from = null;

  // The picture stands whole in its frame: what is outside it is not the picture.
  var inner = function () {
    var img = find("img", card), frame = img.getBoundingClientRect();
    var wide = img.getAttribute("width") / img.getAttribute("height"), width = frame.width, height = frame.height;
    if (width / height > wide) width = height * wide; else height = width / wide;
    return { x: frame.left + (frame.width - width) / 2, y: frame.top + (frame.height - height) / 2, width: width, height: height };
  };
  var at = function (event) {
    var picture = inner(), within = function (value) { return Math.max(0, Math.min(UNITS, Math.round(value))); };
    return [within((event.clientX - picture.x) / picture.width * UNITS), within((event.clientY - picture.y) / picture.height * UNITS)];
  };
  var draw = function () {
    var tall = layer.viewBox.baseVal.height / UNITS;
    rect.setAttribute("x", box[0]); rect.setAttribute("y", box[1] * tall);
    rect.setAttribute("width", box[2] - box[0]); rect.setAttribute("height", (box[3] - box[1]) * tall);
    EDGES.forEach(function (edge, n) { form.elements[edge].value = box[n]; });
  };
  var start = function () {
    card = desk.card();
    var img = card && find("[data-frame] img", card);
    if (!img || !card.dataset.annotate) return false;
    stop();
    // Laid over each other, the pictures are copies; one draws on the one that is there.
    if (desk.state().v === "over") desk.show({ v: "two" });
    find("[data-look=reset]").click();
    layer = document.createElementNS(SVG, "svg"); rect = document.createElementNS(SVG, "rect");
    layer.setAttribute("class", "marks drawing");
    layer.setAttribute("viewBox", "0 0 1000 " + Math.round(1000 * img.getAttribute("height") / img.getAttribute("width")));
    layer.append(rect);
    img.parentElement.append(layer);
    form.action = card.dataset.annotate;
    form.elements.back.value = location.search || "?";
    find("[data-pair]").before(form);
    form.hidden = false;
    box = [350, 350, 650, 650];
    draw();
    form.elements.text.value = "";
    find("[data-place]", form).focus();
    layer.addEventListener("pointerdown", function (event) { event.preventDefault(); event.stopPropagation(); layer.setPointerCapture(event.pointerId); from = at(event); });
    layer.addEventListener("pointermove", function (event) {
      if (!from) return;
      event.stopPropagation();
      var to = at(event);
      box = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
      draw();
    });
    layer.addEventListener("pointerup", function () { from = null; form.elements.text.focus(); });
    layer.addEventListener("click", function (event) { event.preventDefault(); event.stopPropagation(); });
    return true;
  };
  var stop = function () {
    if (layer) layer.remove();
    layer = null;
    form.hidden = true;
  };
  // The arrows move it; with Shift they make it larger or smaller.
  find("[data-place]", form).addEventListener("keydown", function (event) {
    var by = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }[event.code];
    if (event.code === "Enter") { event.preventDefault(); form.elements.text.focus(); }
    if (!by) return;
    event.preventDefault();
    var next = event.shiftKey ? [box[0], box[1], box[2] + by[0], box[3] + by[1]] : [box[0] + by[0], box[1] + by[1], box[2] + by[0], box[3] + by[1]];
    if (next.some(function (edge) { return edge < 0 || edge > UNITS; }) || next[2] - next[0] < 20 || next[3] - next[1] < 20) return;
    box = next;
    draw();
  });
  form.addEventListener("keydown", function (event) { if (event.code === "Escape") { event.stopPropagation(); stop(); } });
  find("[data-cancel]", form).addEventListener("click", stop);
  desk.on(stop);
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-do=annotate]");
    if (link && !event.ctrlKey && !event.metaKey && start()) event.preventDefault();
  });
})();
