/* The scripts of every page: those of the design system's parts in use (« core/… », « component/… »), then ours; at last the focus on the
   error summary, and against double submits. Every page works without them. */

import "core/core.module.min.js";
import "component/button/button.module.min.js";
import "component/modal/modal.module.min.js";
import "component/navigation/navigation.module.min.js";
import "component/header/header.module.min.js";
import "component/breadcrumb/breadcrumb.module.min.js";
import "component/password/password.module.min.js";
import "./search_field.js";
import "./form_queue.js";
import "./form_refresh.js";
import "./autosave.js";
import "./session_end.js";
import "./local_time.js";
import "./mail_domain.js";
import "./password_form.js";

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
