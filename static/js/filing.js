// The claim's own pages: a hint while one writes, files that are waited for, a number to copy. All of it works without.
(function () {
  "use strict";
  // Words that may stand in the way: a hint beside the text, never more. Nothing of it leaves the page.
  document.querySelectorAll("[data-courtesy]").forEach(function (box) {
    var text = document.getElementById(box.dataset.courtesy), insults = box.dataset.insults.toLowerCase().split("|");
    var number = /(^|\D)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)/;
    var show = function (code, on) { var line = box.querySelector('[data-remark="' + code + '"]'); if (line) line.hidden = !on; };
    var look = function () {
      var typed = text.value.toLowerCase();
      show("insult", insults.some(function (word) { return typed.indexOf(word) >= 0; }));
      show("number", number.test(typed));
    };
    text.addEventListener("input", look);
    look();
  });

  // Going on waits for files that are still coming in; one that failed keeps its page.
  var go = document.getElementById("go"), waits = document.querySelector("[data-files-wait]");
  if (go && waits) go.addEventListener("submit", function (event) {
    var busy = function () { return document.querySelector('.ups li[data-state="sending"], .ups li[data-state="waiting"], .ups li[data-state="checking"], .ups li[data-state="lost"]'); };
    if (!busy()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waits.hidden = false;
    var look = setInterval(function () {
      if (busy()) return;
      clearInterval(look);
      waits.hidden = true;
      if (!document.querySelector('.ups li[data-state="failed"], .ups li[data-state="stopped"]')) go.requestSubmit();
    }, 250);
  }, true);

  // What leads to the page that one is on shows it anew, with what was typed: words of another form are kept before.
  var first = function (but) {
    return Promise.race([window.heng.keep(but), new Promise(function (done) { setTimeout(done, 2000); })]);
  };
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || "keep" in form.dataset || form.dataset.uploads || form.dataset.kept) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.waits) return;
    form.dataset.waits = "1";
    first(form).then(function () {
      form.dataset.kept = "1";
      form.requestSubmit(event.submitter);
      delete form.dataset.kept;
      delete form.dataset.waits;
    });
  }, true);
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
    if (link.origin !== location.origin || link.pathname !== location.pathname || link.hash) return;
    event.preventDefault();
    first().then(function () { location.assign(link.href); });
  });

  document.querySelectorAll("[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) return;
    var number = document.querySelector("[data-copy-from]").textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(number).then(function () { if (window.heng) window.heng.say(button.dataset.copy); });
    });
  });
})();
