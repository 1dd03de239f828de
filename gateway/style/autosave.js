/* What is typed into a tab is saved in the draft as it is typed. Leaving the page saves first; what cannot be saved yet waits in the
   page, which says so. Without this script the buttons save it. */

const PAUSE_MS = 700; // after the last key
const LONGEST_MS = 1400; // while somebody types on
const RETRY_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const LEAVING_MS = 10000;
const LARGEST_ON_LEAVING = 60000; // bytes that a browser sends for a page that is gone

class Autosave {
  constructor(form) {
    this.form = form;
    this.queue = formQueue(form);
    this.line = new SavedLine(document.getElementById("saisie"));
    this.attempts = 0;
    this.afterwards = [];
    this.listen();
    if (this.dirty) this.save();
  }

  listen() {
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, () => this.typed());
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.form.addEventListener("portail:reessayer", () => this.save());
    this.form.addEventListener("portail:injoignable", (event) => this.waits(event));
    document.addEventListener("portail:contenu", (event) => event.detail === this.form && this.told(this.revision.dataset.heure));
    document.addEventListener("click", (event) => this.followed(event));
    document.addEventListener("submit", (event) => this.sentAnother(event), { capture: true });
    document.addEventListener("visibilitychange", () => this.pending && this.save());
    addEventListener("online", () => this.pending && this.save());
    addEventListener("offline", () => this.dirty && this.line.show("offline"));
    addEventListener("beforeunload", (event) => this.warn(event));
    addEventListener("pagehide", () => this.dirty && this.save());
    addEventListener("pageshow", () => (this.leaving = false));
    // Another window has logged in.
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel("portail-session") : null;
    this.channel?.addEventListener("message", () => this.line.kind === "ended" && this.save());
  }

  get revision() {
    return this.form.elements.namedItem("revision");
  }

  get dirty() {
    return this.queue.typed() !== this.queue.saved;
  }

  get pending() {
    return this.dirty || this.queue.busy || this.queue.unreachable;
  }

  typed() {
    if (this.line.kind === "refused") this.line.show("start");
    if (this.retry) return; // the next try takes it along
    clearTimeout(this.timer);
    this.since ??= Date.now();
    const wait = Math.min(PAUSE_MS, Math.max(0, this.since + LONGEST_MS - Date.now()));
    this.timer = setTimeout(() => this.save(), wait);
  }

  save() {
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.since = this.retry = null;
    return this.queue.add(() => this.write());
  }

  async write() {
    if (this.leaving || this.over || !(this.dirty || this.queue.unreachable)) return;
    const typed = this.queue.typed();
    this.line.begin();
    try {
      const answer = await this.queue.post(this.form.dataset.saisie, ...this.request());
      const reply = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok && !reply.revision) throw new TypeError("not our answer"); // a network that asks to log in
      this.queue.unreachable = false;
      this.answered(answer, reply, typed);
    } catch {
      this.queue.unreachable = true;
      this.line.show(navigator.onLine ? "retry" : "offline");
      this.tryAgain();
    }
  }

  request() {
    const body = new URLSearchParams(new FormData(this.form));
    const keepalive = document.visibilityState === "hidden" && this.size() < LARGEST_ON_LEAVING;
    return [body, { headers: { Accept: "application/json" }, keepalive }];
  }

  size() {
    return new Blob([new URLSearchParams(new FormData(this.form))]).size;
  }

  answered(answer, reply, typed) {
    if (answer.ok) this.written(reply, typed);
    else if (answer.status === 409) this.contradicted(reply);
    else if (answer.status === 401) this.tryLater("ended");
    else if (answer.status === 429 || answer.status >= 500) this.tryLater("retry", answer.headers.get("Retry-After"));
    else this.line.show("refused", reply.errors?.[0]?.detail || reply.detail || "ce brouillon n'est plus accessible.");
  }

  written({ revision, at }, typed) {
    this.renumber(revision);
    this.queue.holds(typed);
    this.told(at);
    for (const again of this.afterwards.splice(0)) again();
    if (this.dirty) this.typed();
  }

  told(at) {
    this.attempts = 0;
    this.warned = false;
    this.line.show("saved", at);
    document.dispatchEvent(new CustomEvent("portail:actif"));
  }

  // The conflicting revision may be our own, of a request whose answer never came.
  contradicted({ type, detail, revision, theirs }) {
    if (revision && this.queue.isOwn(theirs)) {
      this.renumber(revision);
      return this.save();
    }
    this.over = true;
    if (type?.endsWith("/brouillon-modifie")) return this.line.show("conflict", detail);
    document.querySelector("[data-non-transmis]")?.remove(); // it has been transmitted
    return this.line.show("closed", detail);
  }

  renumber(revision) {
    this.revision.value = revision;
  }

  tryLater(kind, seconds = 0) {
    this.line.show(kind);
    this.tryAgain(seconds);
  }

  tryAgain(seconds = 0) {
    const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)];
    this.attempts += 1;
    clearTimeout(this.retry);
    this.retry = null;
    if (this.line.kind === "ended" && document.hidden) return; // until somebody looks at it again
    this.retry = setTimeout(() => this.save(), Math.max(wait, Number(seconds) * 1000));
  }

  // A change of the form's content for which the server could not be reached.
  waits(event) {
    event.preventDefault();
    this.afterwards.push(event.detail);
    this.queue.unreachable = true;
    this.line.show(navigator.onLine ? "retry" : "offline");
    this.tryAgain();
  }

  submitted(event) {
    if (event.defaultPrevented) return;
    this.queue.sent.add(this.queue.typed());
    this.leaving = true;
    setTimeout(() => (this.leaving = false), LEAVING_MS);
  }

  followed(event) {
    const link = event.target.closest("a[href]");
    const plain = !event.defaultPrevented && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.target || !/^https?:/.test(link.href) || this.isOnThisPage(link)) return;
    this.before(event, () => location.assign(link.href));
  }

  isOnThisPage(link) {
    return link.hash && link.href.split("#")[0] === location.href.split("#")[0];
  }

  sentAnother(event) {
    const { target, submitter } = event;
    if (target !== this.form) this.before(event, () => target.requestSubmit(submitter));
  }

  // Saves, then does what was asked for. Where it cannot save, the page stays and says so; asked again, the browser warns.
  async before(event, leave) {
    if (this.over || this.warned || this.leaving || !this.pending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await this.save();
    if (this.queue.unreachable) this.warned = true;
    else if (!this.queue.pressed) {
      this.warned = true; // what is left to say is the browser's
      leave();
    }
  }

  warn(event) {
    if (this.leaving || !this.dirty) return;
    if (this.line.troubled || this.queue.busy || this.size() >= LARGEST_ON_LEAVING) event.preventDefault();
  }
}

const SAID = {
  retry: "Non enregistré, nouvel essai…",
  offline: "Hors ligne : ce que vous tapez reste dans cette page et sera enregistré au retour du réseau.",
  ended: "Votre session est terminée : ce que vous tapez reste dans cette page. Identifiez-vous pour l'enregistrer.",
};
const BUTTONS = { conflict: "Choisir le texte à garder", closed: "Continuer", ended: "M'identifier" };
const SHOWN_AFTER_MS = 400;

/* Says beside the buttons whether what is typed is saved. Read aloud when the kind of what it says changes, not at each save. */
class SavedLine {
  constructor(root) {
    this.root = root;
    this.text = root.querySelector("[data-etat]");
    this.spoken = root.querySelector("[role=status]");
    this.button = root.querySelector("button");
    this.show("start");
  }

  get troubled() {
    return !["start", "saved"].includes(this.kind);
  }

  begin() {
    clearTimeout(this.timer);
    if (!this.troubled) this.timer = setTimeout(() => (this.text.textContent = "Enregistrement…"), SHOWN_AFTER_MS);
  }

  show(kind, detail) {
    clearTimeout(this.timer);
    this.text.textContent = this.words(kind, detail);
    this.button.hidden = !(kind in BUTTONS);
    if (kind in BUTTONS) this.button.textContent = BUTTONS[kind];
    if (kind !== this.kind && kind !== "start") this.spoken.textContent = this.text.textContent;
    this.kind = kind;
    this.root.classList.toggle("portail-saisie--avertit", this.troubled);
  }

  words(kind, detail) {
    const { debut, enregistre, reste } = this.root.dataset;
    if (kind === "start") return debut;
    if (kind === "saved") return `${enregistre} à ${detail} – ${reste}`;
    if (kind === "refused") return `Non enregistré : ${detail}`;
    return SAID[kind] || detail;
  }
}

for (const form of document.querySelectorAll("form[data-saisie]")) new Autosave(form);
