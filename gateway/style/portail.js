/* Small comforts; every page works without them. */

// A summary of mistakes takes the focus, so that it is heard and its links are next.
document.querySelector("[data-prend-le-focus]")?.focus();

// A form is sent once: a second press within five seconds is dropped, an answer that never comes can be asked for again.
const REPEAT_AFTER_MS = 5000;
document.addEventListener("submit", (event) => {
  const refused = [...event.target.elements].find(isTooLarge);
  if (refused) {
    event.preventDefault();
    refused.focus();
    return;
  }
  const sent = Number(event.target.dataset.envoye || 0);
  if (Date.now() - sent < REPEAT_AFTER_MS) event.preventDefault();
  else event.target.dataset.envoye = String(Date.now());
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.envoye;
});

// A file too large is told when it is chosen, and stays there with its reason instead of being sent.
const MEGABYTE = 1024 * 1024;
function isTooLarge(control) {
  const limit = Number(control.dataset?.tailleMaximale || 0);
  return Boolean(limit && control.files[0]?.size > limit);
}
document.addEventListener("change", (event) => {
  const limit = Number(event.target.dataset?.tailleMaximale || 0);
  if (!limit) return;
  const group = event.target.closest(".fr-upload-group");
  const messages = document.getElementById(`${event.target.id}-messages`);
  const file = event.target.files[0];
  const tooLarge = isTooLarge(event.target);
  group.classList.toggle("fr-upload-group--error", tooLarge);
  if (tooLarge) event.target.setAttribute("aria-invalid", "true");
  else event.target.removeAttribute("aria-invalid");
  messages.replaceChildren();
  if (!tooLarge) return;
  const size = (file.size / MEGABYTE).toLocaleString("fr-FR", { maximumFractionDigits: 1 });
  const message = document.createElement("p");
  message.className = "fr-message fr-message--error";
  message.textContent = `Ce fichier fait ${size} Mo ; la taille ne doit pas excéder ${limit / MEGABYTE} Mo.`;
  messages.append(message);
});
