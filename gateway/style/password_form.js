/* A form that asks for a password is sent from its page: where the portal has no place for it, it waits there and is sent again by itself.
   Without this script the page comes back without the password, and says when to send it again. */

const WAIT_SECONDS = 5; // where the answer does not say how long
const HEADERS = { Accept: "text/html", Prefer: "return=minimal" }; // the address of the next page, which the browser then loads
const waiting = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  const interrupted = form.querySelector("[name=saisie]"); // after log-in, that post is shown on a page of another person's header
  if (event.defaultPrevented || interrupted || !form.querySelector("input[type=password]")) return;
  event.preventDefault();
  if (!waiting.has(form)) send(form, event.submitter);
});

async function send(form, button) {
  waiting.add(form);
  const notice = noticeOf(form);
  notice.textContent = "Envoi en cours…";
  try {
    let answer = await post(form, button);
    for (let next = 2; answer.status === 503; next += 1) {
      await pause(notice, Number(answer.headers.get("Retry-After")) || WAIT_SECONDS, next);
      answer = await post(form, button);
    }
    await show(answer);
  } catch {
    notice.textContent = "Le portail ne répond pas. Vérifiez votre connexion, puis renvoyez ce formulaire.";
  }
  waiting.delete(form);
}

// Not form.action: buttons named « action » hide it.
function post(form, button) {
  const address = button?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  return fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form, button)), headers: HEADERS });
}

// Not all at the same moment: each waits up to twice as long as it was told.
function pause(notice, seconds, next) {
  const longer = Math.ceil(seconds * (1 + Math.random()));
  notice.textContent =
    "Le portail est très demandé en ce moment. Laissez cette page ouverte : " +
    `ce formulaire sera renvoyé de lui-même dans ${longer} secondes (essai n°\u00a0${next}).`;
  return new Promise((resolve) => setTimeout(resolve, longer * 1000));
}

function noticeOf(form) {
  const notice = form.querySelector(":scope > [role=status]") || document.createElement("p");
  Object.assign(notice, { className: "fr-message fr-message--info", role: "status", textContent: "" });
  form.append(notice);
  return notice;
}

async function show(answer) {
  if (answer.status === 201) return location.assign(answer.headers.get("Location"));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = page.getElementById("contenu");
  if (!content) throw new Error("not a page of the portal");
  document.title = page.title;
  document.getElementById("contenu").replaceWith(content);
  for (const form of content.querySelectorAll("form")) document.dispatchEvent(new CustomEvent("portail:contenu", { detail: form }));
  (content.querySelector("[data-prend-le-focus]") || content).focus();
}
