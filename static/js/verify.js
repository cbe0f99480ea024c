/* The digest of a chosen file, taken here: the file itself then stays on this device. Without scripts it is sent, and not kept. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-digest]");
  if (!form || !window.crypto || !crypto.subtle) return;
  const file = form.querySelector('input[type="file"]');
  const code = form.querySelector('input[name="code"]');
  const digest = form.querySelector('input[name="sha256"]');
  const LONGEST = 256 * 1024 * 1024; // more than that does not fit into a phone's memory at once
  form.querySelector("[data-stays-here]").hidden = false;

  form.addEventListener("submit", async (event) => {
    const chosen = file.files[0];
    if (!chosen || chosen.size > LONGEST || digest.value) return;
    event.preventDefault();
    const bytes = await chosen.arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    digest.value = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!code.value.trim() && chosen.size < 2 * 1024 * 1024) code.value = listed(bytes);
    file.disabled = true; // a disabled field is not sent
    form.submit();
  });
  window.addEventListener("pageshow", () => { digest.value = ""; file.disabled = false; });

  /* The list of a case file names its own code. */
  function listed(bytes) {
    try {
      const body = JSON.parse(new TextDecoder().decode(bytes));
      return body.type === "heng.bundle" ? String(body.code) : "";
    } catch (_error) { return ""; }
  }
})();
