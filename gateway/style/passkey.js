/* A passkey in the place of a code of the second factor, or a new one (data-cle-d-acces says what for). Its button is shown where the
   browser knows passkeys, which belong to a name, never to an IP address. What the passkey answers goes into the field beside the button. */

const known = "parseRequestOptionsFromJSON" in (window.PublicKeyCredential || {}) && !/^[\d.]+$|:/.test(location.hostname);

function reveal(content) {
  for (const part of content.querySelectorAll("[data-cle-d-acces]")) part.hidden = !known;
}
reveal(document);
document.addEventListener("portail:contenu", (event) => reveal(event.detail));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cle-d-acces] button");
  if (button) use(button, button.closest("[data-cle-d-acces]"));
});

async function use(button, part) {
  const [notice, field] = [part.querySelector("[role=status]"), part.closest(".portail-champ").querySelector("input")];
  const isNew = part.dataset.cleDAcces === "creation";
  const empty = isNew && [...button.form.querySelectorAll("input.fr-input")].find((input) => !input.value);
  if (empty) return empty.focus();
  button.disabled = true;
  say(notice, "");
  try {
    field.value = JSON.stringify(await answer(part.dataset, isNew));
  } catch {
    return say(notice, "La clé d'accès n'a pas servi. Recommencez, ou saisissez un code.");
  } finally {
    button.disabled = false;
  }
  Object.assign(field, isNew ? {} : { type: "password", readOnly: true });
  const [submit, other] = [...button.form.elements].filter((element) => element.type === "submit");
  if (isNew || (submit && !other)) button.form.requestSubmit(submit);
  else say(notice, "Clé d'accès reconnue : continuez dans ce formulaire.");
}

function say(notice, words) {
  Object.assign(notice, { textContent: words, className: words && "fr-message fr-message--info" });
}

async function answer({ cleDAcces: purpose, options: address }, isNew) {
  const reply = await fetch(address, { method: "POST", body: new URLSearchParams({ pour: purpose }) });
  if (!reply.ok) throw new Error("refused");
  const options = await reply.json();
  const credential = isNew
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return credential.toJSON();
}
