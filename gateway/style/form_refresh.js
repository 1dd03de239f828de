/* A choice that changes the form: it is sent in the background and the form's new content put in place. What was typed meanwhile
   is kept, so is the focus. Without this script the button « Actualiser » does the same by a full page. */

const stateOf = (control) => (["radio", "checkbox"].includes(control.type) ? control.checked : control.value);
const keyOf = (control) => (["radio", "checkbox"].includes(control.type) ? `${control.name}=${control.value}` : control.name);
const controlsOf = (form) => [...form.elements].filter((one) => one.name && one.type !== "submit" && one.type !== "file");

class FormRefresh {
  constructor(form) {
    this.form = form;
    this.queue = formQueue(form);
    this.waiting = new Set();
  }

  start(name) {
    if (this.waiting.has(name)) return;
    this.waiting.add(name);
    this.queue.add(() => this.renew(name));
  }

  async renew(name) {
    this.waiting.delete(name);
    const button = this.button(name);
    if (!button) return;
    if (this.queue.unreachable) return this.unreachable(name, button);
    try {
      const fresh = await this.ask(button, name);
      if (fresh) this.replace(fresh);
      else this.queue.pressAfterwards(button);
    } catch {
      this.unreachable(name, button);
    }
  }

  // A form that is saved as it is typed waits for the server; another is sent as a page.
  unreachable(name, button) {
    const again = new CustomEvent("portail:injoignable", { cancelable: true, detail: () => this.start(name) });
    if (this.form.dispatchEvent(again)) this.queue.pressAfterwards(button);
  }

  button(name) {
    return this.form.querySelector(`[data-actualiser="${CSS.escape(name)}"]`);
  }

  // The form as the server has it now; nothing where another page came. Throws where none came.
  async ask(button, name) {
    this.sent = new Map(controlsOf(this.form).map((control) => [keyOf(control), stateOf(control)]));
    const body = new URLSearchParams(new FormData(this.form, button));
    // Not form.action: buttons named « action » hide it.
    const address = this.form.getAttribute("action") || location.href;
    const answer = await this.queue.post(address, body, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(`[data-actualiser="${CSS.escape(name)}"]`)?.form || null;
  }

  replace(fresh) {
    const typed = this.typedMeanwhile();
    const focused = document.activeElement;
    const caret = this.form.contains(focused) ? focused.selectionStart : null;
    const height = focused.getBoundingClientRect().top;
    this.form.replaceChildren(...fresh.childNodes);
    this.queue.holds(this.queue.typed());
    for (const control of controlsOf(this.form)) {
      if (!typed.has(keyOf(control))) continue;
      if (typeof typed.get(keyOf(control)) === "boolean") control.checked = typed.get(keyOf(control));
      else control.value = typed.get(keyOf(control));
    }
    if (!focused.isConnected) this.focus(this.counterpart(focused), caret);
    document.dispatchEvent(new CustomEvent("portail:contenu", { detail: this.form }));
    this.stayAt(height);
  }

  // What came or went above does not move the control that has the focus away from who looks at it.
  stayAt(height) {
    const focused = document.activeElement;
    if (this.form.contains(focused)) scrollBy({ top: focused.getBoundingClientRect().top - height, behavior: "instant" });
  }

  // Passwords are never sent back: they count as typed.
  typedMeanwhile() {
    const changed = controlsOf(this.form).filter(
      (control) => stateOf(control) !== this.sent.get(keyOf(control)) || (control.type === "password" && control.value),
    );
    return new Map(changed.map((control) => [keyOf(control), stateOf(control)]));
  }

  // The same control in the renewed form; a button has no id.
  counterpart(control) {
    if (control.id) return document.getElementById(control.id);
    if (!control.name) return null;
    return this.form.querySelector(`[name="${CSS.escape(control.name)}"][value="${CSS.escape(control.value)}"]`);
  }

  focus(control, caret) {
    if (!control) return;
    control.closest("details")?.setAttribute("open", "");
    control.focus({ preventScroll: true });
    if (caret !== null && control.type === "text") control.setSelectionRange(caret, caret);
  }
}

const refreshed = new WeakMap();
function renew(form, name) {
  if (!refreshed.has(form)) refreshed.set(form, new FormRefresh(form));
  refreshed.get(form).start(name);
}

// Who looks for a line by its first letters or by the arrows passes others on the way: the form is renewed when they rest on one or
// leaves the list. Renewed meanwhile, the list would forget the letters already typed.
const REST_MS = 700;

class KeyedList {
  constructor() {
    document.addEventListener("keydown", (event) => this.key(event.target), { capture: true });
    document.addEventListener("pointerdown", () => (this.list = null), { capture: true });
    document.addEventListener("focusout", () => this.timer && this.rested());
  }

  key(target) {
    this.list = target.localName === "select" ? target : null;
    if (this.timer) this.wait();
  }

  chosen(form, name) {
    this.renews = () => renew(form, name);
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rested(), REST_MS);
  }

  rested() {
    clearTimeout(this.timer);
    this.timer = null;
    this.renews();
  }
}

const keyed = new KeyedList();
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.actualise;
  const form = name && event.target.form;
  if (!form) return;
  if (event.target === keyed.list) keyed.chosen(form, name);
  else renew(form, name);
});
