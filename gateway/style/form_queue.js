/* Sends a form's background requests one after the other, each with the revision that the previous one returned. A button pressed
   meanwhile takes effect after them, and not while the server is unreachable, so that no page is lost. */

const NON_ANSWER_FIELDS = ["revision", "titulaire"];
const WORDS_SUFFIX = "-texte";
const SHOWN_WORDS_SUFFIX = "-affiche";
const TIMEOUT_MS = 10000; // of a request

const serialised = (pairs) => JSON.stringify(pairs.filter(([, value]) => value !== "").sort());
const withoutWords = (text) => serialised(JSON.parse(text).filter(([name]) => !name.endsWith(WORDS_SUFFIX)));

// The typed values as a text to compare, without fields that the page adds.
function valuesOf(form) {
  const pairs = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  return serialised(pairs.filter(([name]) => !NON_ANSWER_FIELDS.includes(name) && !name.endsWith(SHOWN_WORDS_SUFFIX)));
}

class FormQueue {
  constructor(form) {
    this.form = form;
    this.runningCount = 0;
    this.lastWork = Promise.resolve();
    this.unreachable = false;
    this.savedValues = "incertain" in form.dataset ? null : valuesOf(renderedForm(form)); // as the server has them; null: unknown
    this.sentValues = new Set(); // sent since then: they may have arrived, whatever the answer was
    form.addEventListener("submit", (event) => this.onSubmit(event), { capture: true });
  }

  get busy() {
    return this.runningCount > 0;
  }

  values() {
    return valuesOf(this.form);
  }

  // Runs `work` after all work added before.
  add(work) {
    this.runningCount += 1;
    const done = this.lastWork.then(work);
    this.lastWork = done.catch(() => {}).then(() => this.onWorkEnd());
    return done;
  }

  // Throws if no answer comes in time.
  async post(address, body, options) {
    this.sentValues.add(this.values());
    return fetch(address, { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
  }

  markSaved(values) {
    this.savedValues = values;
    this.sentValues.clear();
  }

  // Whether `values` (saved by the server) were sent or loaded by this window: then there is no conflict.
  isOwnInput(values) {
    const pairs = Object.entries(values).flatMap(([name, value]) => [value].flat().map((item) => [name, item]));
    const saved = withoutWords(serialised(pairs));
    const own = [...this.sentValues, this.savedValues].filter((text) => text !== null);
    return pairs.length === 0 || own.some((text) => withoutWords(text) === saved);
  }

  // While the portal does not answer, a second press is left to the browser's warning: requests of scripts alone may be blocked.
  onSubmit(event) {
    if (!this.busy && (!this.unreachable || (this.pressedButton && navigator.onLine))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.pressedButton = { button: event.submitter };
    if (!this.busy) this.form.dispatchEvent(new CustomEvent("portail:reessayer"));
  }

  pressWhenIdle(button) {
    this.pressedButton ??= { button };
  }

  onWorkEnd() {
    this.runningCount -= 1;
    if (this.busy || this.unreachable || !this.pressedButton) return;
    const { button } = this.pressedButton;
    this.pressedButton = null;
    this.press(button);
  }

  // The form's content may have been replaced since the button was pressed.
  press(button) {
    if (!button || button.isConnected) return this.form.requestSubmit(button || undefined);
    const same = `button[name="${CSS.escape(button.name)}"][value="${CSS.escape(button.value)}"]`;
    return this.form.requestSubmit(this.form.querySelector(same));
  }
}

// A copy of the form as the server rendered it: without what was typed before the scripts ran.
globalThis.renderedForm = (form) => {
  const copy = form.cloneNode(true);
  copy.reset();
  return copy;
};

const queues = new WeakMap();
globalThis.formQueue = (form) => {
  if (!queues.has(form)) queues.set(form, new FormQueue(form));
  return queues.get(form);
};
