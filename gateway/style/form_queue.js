/* Sends a form's background requests one after the other, each with the revision that the one before returned. A button pressed
   meanwhile waits for them; while the server is unreachable it waits until it is reachable, so that no page is lost. */

const NON_ANSWER_FIELDS = ["revision", "titulaire"];
const WORDS = "-texte";
const WORDS_SHOWN = "-affiche";
const ANSWER_MS = 10000; // after that the request is given up

const written = (pairs) => JSON.stringify(pairs.filter(([, value]) => value !== "").sort());
const withoutWords = (text) => written(JSON.parse(text).filter(([name]) => !name.endsWith(WORDS)));

class FormQueue {
  constructor(form) {
    this.form = form;
    this.waiting = 0;
    this.last = Promise.resolve();
    this.unreachable = false;
    this.saved = "incertain" in form.dataset ? null : this.typed(); // what the server holds of this page
    this.sent = new Set(); // since then: it may have arrived, whatever the answer was
    form.addEventListener("submit", (event) => this.submitted(event), { capture: true });
  }

  get busy() {
    return this.waiting > 0;
  }

  // What is typed, as a text to compare; nothing of what the page adds of its own.
  typed() {
    const pairs = [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
    return written(pairs.filter(([name]) => !NON_ANSWER_FIELDS.includes(name) && !name.endsWith(WORDS_SHOWN)));
  }

  // Runs `work` once all that was asked for before it has ended.
  add(work) {
    this.waiting += 1;
    const done = this.last.then(work);
    this.last = done.catch(() => {}).then(() => this.ended());
    return done;
  }

  // Throws where no answer came in time.
  async post(address, body, options) {
    this.sent.add(this.typed());
    return fetch(address, { method: "POST", body, signal: AbortSignal.timeout(ANSWER_MS), ...options });
  }

  holds(typed) {
    this.saved = typed;
    this.sent.clear();
  }

  // Whether the saved values are those that this window has sent itself, or started from: then there is no conflict.
  isOwn(values) {
    const pairs = Object.entries(values).flatMap(([name, value]) => [value].flat().map((item) => [name, item]));
    const saved = withoutWords(written(pairs));
    const own = [...this.sent, this.saved].filter((text) => text !== null);
    return pairs.length === 0 || own.some((text) => withoutWords(text) === saved);
  }

  submitted(event) {
    if (!this.busy && !this.unreachable) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.pressed = { button: event.submitter };
    if (!this.busy) this.form.dispatchEvent(new CustomEvent("portail:reessayer"));
  }

  pressAfterwards(button) {
    this.pressed ??= { button };
  }

  ended() {
    this.waiting -= 1;
    if (this.busy || this.unreachable || !this.pressed) return;
    const { button } = this.pressed;
    this.pressed = null;
    this.press(button);
  }

  // The form's content may have been renewed since the button was pressed.
  press(button) {
    if (!button || button.isConnected) return this.form.requestSubmit(button || undefined);
    const same = `button[name="${CSS.escape(button.name)}"][value="${CSS.escape(button.value)}"]`;
    return this.form.requestSubmit(this.form.querySelector(same));
  }
}

const queues = new WeakMap();
globalThis.formQueue = (form) => {
  if (!queues.has(form)) queues.set(form, new FormQueue(form));
  return queues.get(form);
};
