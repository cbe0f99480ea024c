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
    event.preventDefault();
    area.value = (area.value.trimEnd() + "\n" + option.dataset.text).trim();
    area.dispatchEvent(new Event("input", { bubbles: true }));
    select.selectedIndex = 0;
    area.focus();
  });
})();
