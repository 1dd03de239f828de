/* Refreshes a form after a choice that changes it: sends the form in the background and replaces its content. Input since the request and
   the focus are kept. Without this script the button « Actualiser » loads the whole page. */

const stateOf = (control) => (["radio", "checkbox"].includes(control.type) ? control.checked : control.value);
const keyOf = (control) => (["radio", "checkbox"].includes(control.type) ? `${control.name}=${control.value}` : control.name);
const controlsOf = (form) => [...form.elements].filter(({ name, type }) => name && type !== "submit" && type !== "file");
const statesOf = (form) => new Map(controlsOf(form).map((control) => [keyOf(control), stateOf(control)]));

// A button or link that is replaced between pointer down and pointer up gets no click.
const LONGEST_PRESS_MS = 10000; // without a pointer up

class PointerPress {
  constructor() {
    this.end = Promise.resolve();
    document.addEventListener("pointerdown", (event) => event.target.closest?.("button, a") && this.onDown(), { capture: true });
  }

  onDown() {
    const release = new AbortController();
    this.end = new Promise((resolve) => release.signal.addEventListener("abort", () => setTimeout(resolve))); // after its click
    for (const kind of ["pointerup", "pointercancel"]) {
      document.addEventListener(kind, () => release.abort(), { capture: true, signal: release.signal });
    }
    setTimeout(() => release.abort(), LONGEST_PRESS_MS);
  }
}

const pointerPress = new PointerPress();

class FormRefresh {
  constructor(form) {
    this.form = form;
    this.queue = formQueue(form);
    this.scheduled = new Set();
  }

  start(name) {
    if (this.scheduled.has(name)) return;
    this.scheduled.add(name);
    this.queue.add(() => this.refresh(name));
  }

  async refresh(name) {
    this.scheduled.delete(name);
    const button = this.button(name);
    if (!button) return;
    if (this.queue.unreachable) return this.onUnreachable(name, button);
    try {
      const fresh = await this.fetchForm(button, name);
      await pointerPress.end;
      if (fresh) this.replace(fresh);
      else this.queue.pressWhenIdle(button);
    } catch {
      this.onUnreachable(name, button);
    }
  }

  // A form with autosave cancels the event and waits for the server; another form is sent as a whole page.
  onUnreachable(name, button) {
    const unreachable = new CustomEvent("portail:injoignable", { cancelable: true, detail: () => this.start(name) });
    if (this.form.dispatchEvent(unreachable)) this.queue.pressWhenIdle(button);
  }

  button(name) {
    return this.form.querySelector(`[data-actualiser="${CSS.escape(name)}"]`);
  }

  // The form as the server renders it now; null if the answer is another page. Throws if there is no answer.
  async fetchForm(button, name) {
    this.sentStates = statesOf(this.form);
    const body = new URLSearchParams(new FormData(this.form, button));
    // Not form.action: buttons named « action » hide it.
    const address = this.form.getAttribute("action") || location.href;
    const answer = await this.queue.post(address, body, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(`[data-actualiser="${CSS.escape(name)}"]`)?.form || null;
  }

  replace(fresh) {
    const typed = this.inputSinceRequest();
    const focused = document.activeElement;
    const caret = this.form.contains(focused) ? focused.selectionStart : null;
    const height = focused.getBoundingClientRect().top;
    this.form.replaceChildren(...fresh.childNodes);
    this.queue.markSaved(this.queue.values());
    for (const control of controlsOf(this.form)) {
      if (!typed.has(keyOf(control))) continue;
      if (typeof typed.get(keyOf(control)) === "boolean") control.checked = typed.get(keyOf(control));
      else control.value = typed.get(keyOf(control));
    }
    if (!focused.isConnected) this.focus(this.counterpart(focused), caret);
    document.dispatchEvent(new CustomEvent("portail:contenu", { detail: this.form }));
    this.restoreScroll(height);
  }

  // Keeps the focused control at the same height in the window, whatever was added or removed above it.
  restoreScroll(height) {
    const focused = document.activeElement;
    if (this.form.contains(focused)) scrollBy({ top: focused.getBoundingClientRect().top - height, behavior: "instant" });
  }

  // Passwords are not in the server's answer: they count as input.
  inputSinceRequest() {
    const changed = controlsOf(this.form).filter(
      (control) => stateOf(control) !== this.sentStates.get(keyOf(control)) || (control.type === "password" && control.value),
    );
    return new Map(changed.map((control) => [keyOf(control), stateOf(control)]));
  }

  // The same control in the new content; a button has no id.
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

const refreshes = new WeakMap();
function refresh(form, name) {
  if (!refreshes.has(form)) refreshes.set(form, new FormRefresh(form));
  refreshes.get(form).start(name);
}

// Selecting in a list by letters or arrows passes other options: the form is refreshed after a pause or when the list loses the focus.
// A refresh meanwhile would discard the letters already typed.
const PAUSE_MS = 700;

class KeyboardSelection {
  constructor() {
    document.addEventListener("keydown", (event) => this.onKeydown(event.target), { capture: true });
    document.addEventListener("pointerdown", () => (this.list = null), { capture: true });
    document.addEventListener("focusout", () => this.timer && this.onPause());
  }

  onKeydown(target) {
    this.list = target.localName === "select" ? target : null;
    if (this.timer) this.schedule();
  }

  onChange(form, name) {
    this.refresh = () => refresh(form, name);
    this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onPause(), PAUSE_MS);
  }

  onPause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.refresh();
  }
}

const keyboardSelection = new KeyboardSelection();
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.actualise;
  const form = name && event.target.form;
  if (!form) return;
  if (event.target === keyboardSelection.list) keyboardSelection.onChange(form, name);
  else refresh(form, name);
});

// Choices made before this script ran.
for (const form of document.forms) {
  const rendered = statesOf(renderedForm(form));
  for (const control of controlsOf(form)) {
    const { actualise } = control.dataset;
    if (actualise && stateOf(control) !== rendered.get(keyOf(control))) refresh(form, actualise);
  }
}
