/* Focuses the error summary, and prevents double submits; every page works without this script. */

// The error summary gets the focus, so that screen readers announce it and Tab leads to its links.
document.querySelector("[data-prend-le-focus]")?.focus();

// A second submit within five seconds is ignored; after that the form can be sent again if no answer came.
const REPEAT_AFTER_MS = 5000;
document.addEventListener("submit", (event) => {
  const sent = Number(event.target.dataset.envoye || 0);
  if (Date.now() - sent < REPEAT_AFTER_MS) event.preventDefault();
  else event.target.dataset.envoye = String(Date.now());
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.envoye;
});
