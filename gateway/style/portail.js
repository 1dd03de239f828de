/* Focus on the error summary, and no double submit; every page works without this script. */

// A summary of mistakes takes the focus, so that it is heard and its links are next.
document.querySelector("[data-prend-le-focus]")?.focus();

// A form is sent once: a second press within five seconds is dropped, an answer that never comes can be asked for again.
const REPEAT_AFTER_MS = 5000;
document.addEventListener("submit", (event) => {
  const sent = Number(event.target.dataset.envoye || 0);
  if (Date.now() - sent < REPEAT_AFTER_MS) event.preventDefault();
  else event.target.dataset.envoye = String(Date.now());
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.envoye;
});
