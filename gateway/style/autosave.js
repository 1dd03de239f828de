/* Saves what is typed into a tab in the draft, while it is typed and before the page is left. If that fails, the input stays in the page,
   which shows it, and saving is retried. Without this script only the buttons save. */

const PAUSE_MS = 700; // after the last key
const MAX_PAUSE_MS = 1400; // since the first unsaved input, during continuous typing
const RETRY_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const SUBMIT_TIMEOUT_MS = 10000;
const MAX_KEEPALIVE_BYTES = 60000; // that a browser sends after the page was closed

class Autosave {
  constructor(form) {
    this.form = form;
    this.queue = formQueue(form);
    this.status = new SaveStatus(document.getElementById("saisie"));
    this.attempts = 0;
    this.actionsAfterSave = [];
    this.addListeners();
    if (this.hasUnsavedValues) this.save();
  }

  addListeners() {
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, () => this.onInput());
    this.form.addEventListener("submit", (event) => this.onSubmit(event));
    this.form.addEventListener("portail:reessayer", () => this.save());
    this.form.addEventListener("portail:injoignable", (event) => this.onUnreachable(event));
    document.addEventListener("portail:contenu", (event) => event.detail === this.form && this.showSaved(this.revision.dataset.heure));
    document.addEventListener("click", (event) => this.onLinkClick(event));
    document.addEventListener("submit", (event) => this.onOtherFormSubmit(event), { capture: true });
    document.addEventListener("visibilitychange", () => this.isPending && this.save());
    addEventListener("online", () => this.isPending && this.save());
    addEventListener("offline", () => this.hasUnsavedValues && this.status.show("offline"));
    addEventListener("beforeunload", (event) => this.onBeforeUnload(event));
    addEventListener("pagehide", () => this.hasUnsavedValues && this.save());
    addEventListener("pageshow", () => (this.isLeaving = false));
    // Another window has logged in.
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel("portail-session") : null;
    this.channel?.addEventListener("message", () => this.status.kind === "ended" && this.save());
  }

  get revision() {
    return this.form.elements.namedItem("revision");
  }

  get hasUnsavedValues() {
    return this.queue.values() !== this.queue.savedValues;
  }

  get isPending() {
    return this.hasUnsavedValues || this.queue.busy || this.queue.unreachable;
  }

  onInput() {
    if (this.status.kind === "refused") this.status.show("start");
    if (this.retry) return; // the next try includes it
    clearTimeout(this.timer);
    this.firstInputAt ??= Date.now();
    const wait = Math.min(PAUSE_MS, Math.max(0, this.firstInputAt + MAX_PAUSE_MS - Date.now()));
    this.timer = setTimeout(() => this.save(), wait);
  }

  save() {
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.firstInputAt = this.retry = null;
    return this.queue.add(() => this.write());
  }

  async write() {
    if (this.isLeaving || this.isStopped || !(this.hasUnsavedValues || this.queue.unreachable)) return;
    const values = this.queue.values();
    this.status.begin();
    try {
      const answer = await this.queue.post(this.form.dataset.saisie, ...this.request());
      const reply = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok && !reply.revision) throw new TypeError("not our answer"); // the log-in page of a network
      this.queue.unreachable = false;
      this.handleAnswer(answer, reply, values);
    } catch {
      this.queue.unreachable = true;
      this.status.show(navigator.onLine ? "retry" : "offline");
      this.scheduleRetry();
    }
  }

  request() {
    const body = new URLSearchParams(new FormData(this.form));
    const keepalive = document.visibilityState === "hidden" && this.bodySize() < MAX_KEEPALIVE_BYTES;
    return [body, { headers: { Accept: "application/json" }, keepalive }];
  }

  bodySize() {
    return new Blob([new URLSearchParams(new FormData(this.form))]).size;
  }

  handleAnswer(answer, reply, values) {
    if (answer.ok) this.handleSaved(reply, values);
    else if (answer.status === 409) this.handleConflict(reply);
    else if (answer.status === 401) this.showAndRetry("ended");
    else if (answer.status === 429 || answer.status >= 500) this.showAndRetry("retry", answer.headers.get("Retry-After"));
    else this.status.show("refused", reply.errors?.[0]?.detail || reply.detail || "ce brouillon n'est plus accessible.");
  }

  handleSaved({ revision, at }, values) {
    this.setRevision(revision);
    this.queue.markSaved(values);
    this.showSaved(at);
    for (const action of this.actionsAfterSave.splice(0)) action();
    if (this.hasUnsavedValues) this.onInput();
  }

  showSaved(at) {
    this.attempts = 0;
    this.mayLeave = false;
    this.status.show("saved", at);
    document.dispatchEvent(new CustomEvent("portail:actif"));
  }

  // The conflicting revision may come from this page: from a request whose answer was lost.
  handleConflict({ type, detail, revision, theirs }) {
    if (revision && this.queue.isOwnInput(theirs)) {
      this.setRevision(revision);
      return this.save();
    }
    this.isStopped = true;
    if (type?.endsWith("/brouillon-modifie")) return this.status.show("conflict", detail);
    document.querySelector("[data-non-transmis]")?.remove(); // the draft has been transmitted
    return this.status.show("closed", detail);
  }

  setRevision(revision) {
    this.revision.value = revision;
  }

  showAndRetry(kind, seconds = 0) {
    this.status.show(kind);
    this.scheduleRetry(seconds);
  }

  scheduleRetry(seconds = 0) {
    const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)];
    this.attempts += 1;
    clearTimeout(this.retry);
    this.retry = null;
    if (this.status.kind === "ended" && document.hidden) return; // saved when the page is visible again
    this.retry = setTimeout(() => this.save(), Math.max(wait, Number(seconds) * 1000));
  }

  // The form's content could not be refreshed: `detail` is the function that tries it again.
  onUnreachable(event) {
    event.preventDefault();
    this.actionsAfterSave.push(event.detail);
    this.queue.unreachable = true;
    this.status.show(navigator.onLine ? "retry" : "offline");
    this.scheduleRetry();
  }

  onSubmit(event) {
    if (event.defaultPrevented) return;
    this.queue.sentValues.add(this.queue.values());
    if (this.queue.unreachable) return; // the browser warns
    this.isLeaving = true;
    setTimeout(() => (this.isLeaving = false), SUBMIT_TIMEOUT_MS);
  }

  onLinkClick(event) {
    const link = event.target.closest("a[href]");
    const plain = !event.defaultPrevented && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.target || !/^https?:/.test(link.href) || this.isOnThisPage(link)) return;
    this.saveBefore(event, () => location.assign(link.href));
  }

  isOnThisPage(link) {
    return link.hash && link.href.split("#")[0] === location.href.split("#")[0];
  }

  onOtherFormSubmit(event) {
    const { target, submitter } = event;
    if (target !== this.form) this.saveBefore(event, () => target.requestSubmit(submitter));
  }

  // Saves, then calls `leave`. If saving fails, the page stays and shows it; a second attempt to leave is left to the browser's warning.
  async saveBefore(event, leave) {
    if (this.isStopped || this.mayLeave || this.isLeaving || !this.isPending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await this.save();
    if (this.queue.unreachable) this.mayLeave = true;
    else if (!this.queue.pressedButton) {
      this.mayLeave = true; // only the browser may warn now
      leave();
    }
  }

  onBeforeUnload(event) {
    if (this.isLeaving || !this.hasUnsavedValues) return;
    if (this.status.isWarning || this.queue.busy || this.bodySize() >= MAX_KEEPALIVE_BYTES) event.preventDefault();
  }
}

const MESSAGES = {
  retry: "Non enregistré, nouvel essai…",
  offline: "Hors ligne : ce que vous tapez reste dans cette page et sera enregistré au retour du réseau.",
  ended: "Votre session est terminée : ce que vous tapez reste dans cette page. Identifiez-vous pour l'enregistrer.",
};
const BUTTONS = { conflict: "Choisir le texte à garder", closed: "Continuer", ended: "M'identifier" };
const SAVING_SHOWN_AFTER_MS = 400;

/* Shows beside the buttons whether the input is saved. Announced to screen readers when the kind of message changes, not at each save. */
class SaveStatus {
  constructor(root) {
    this.root = root;
    this.text = root.querySelector("[data-etat]");
    this.announced = root.querySelector("[role=status]");
    this.button = root.querySelector("button");
    this.show("start");
  }

  get isWarning() {
    return !["start", "saved"].includes(this.kind);
  }

  begin() {
    clearTimeout(this.timer);
    if (!this.isWarning) this.timer = setTimeout(() => (this.text.textContent = "Enregistrement…"), SAVING_SHOWN_AFTER_MS);
  }

  show(kind, detail) {
    clearTimeout(this.timer);
    this.text.textContent = this.message(kind, detail);
    this.button.hidden = !(kind in BUTTONS);
    if (kind in BUTTONS) this.button.textContent = BUTTONS[kind];
    if (kind !== this.kind && kind !== "start") this.announced.textContent = this.text.textContent;
    this.kind = kind;
    this.root.classList.toggle("portail-saisie--avertit", this.isWarning);
  }

  message(kind, detail) {
    const { debut, enregistre, reste } = this.root.dataset;
    if (kind === "start") return debut;
    if (kind === "saved") return `${enregistre} à ${detail} – ${reste}`;
    if (kind === "refused") return `Non enregistré : ${detail}`;
    return MESSAGES[kind] || detail;
  }
}

for (const form of document.querySelectorAll("form[data-saisie]")) new Autosave(form);
