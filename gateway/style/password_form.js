/* A form with a password (data-renvoi) is sent from its page: where the portal has no place for it, it waits there and is sent again by
   itself, as it was typed. Without this script the page comes back without the password, and says when to send it again. A log-in
   (« toujours ») does no harm where it is done twice; another form is sent again where the portal knows that nothing was done. */

const WAIT_SECONDS = 5; // where the answer does not say how long
const LONGEST_MS = 180000; // who has walked away is not to be logged in
const HEADERS = { Accept: "text/html", Prefer: "return=minimal" }; // the address of the next page, which the browser then loads
const waiting = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.dataset.renvoi || event.submitter?.name) return; // a button with a name loads the page anew
  event.preventDefault();
  if (!waiting.has(form)) send(form);
});

async function send(form) {
  waiting.add(form);
  const [notice, until] = [noticeOf(form), Date.now() + LONGEST_MS];
  const body = new URLSearchParams(new FormData(form));
  const post = () => fetch(form.getAttribute("action") || location.href, { method: "POST", body, headers: HEADERS });
  notice.textContent = "Envoi en cours…";
  try {
    let answer = await post();
    for (let next = 2; mayBeSentAgain(form, answer) && Date.now() < until; next += 1) {
      const seconds = Number(answer.headers.get("Retry-After")) || WAIT_SECONDS;
      if (!(await pause(form, notice, seconds, next))) break;
      answer = await post();
    }
    if (waiting.has(form)) await show(answer);
  } catch {
    notice.textContent = "Le portail ne répond pas. Vérifiez votre connexion, puis renvoyez ce formulaire.";
  }
  waiting.delete(form);
}

function mayBeSentAgain(form, answer) {
  return answer.headers.has("X-Nothing-Done") || (answer.status === 503 && form.dataset.renvoi === "toujours");
}

// Not all at the same moment: each waits up to twice as long as it was told. False where something is typed meanwhile: who mends
// what they typed presses again.
function pause(form, notice, seconds, next) {
  const longer = Math.ceil(seconds * (1 + Math.random()));
  notice.textContent =
    "Le portail est très demandé en ce moment. Laissez cette page ouverte : " +
    `ce formulaire sera renvoyé de lui-même dans ${longer} secondes (essai n°\u00a0${next}).`;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), longer * 1000);
    const stop = () => {
      clearTimeout(timer);
      waiting.delete(form);
      notice.textContent = "";
      resolve(false);
    };
    form.addEventListener("input", stop, { once: true });
  });
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
