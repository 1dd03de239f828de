/* Suggestions under a text box: the listbox pattern, with arrow keys, Enter and Escape. The value of a search is one of them; a free text
   box (data-libre) also accepts other text. Without this script the button « Rechercher » requests the same list from the server. */

import { element } from "./elements.js";

const WAIT_MS = 200;
const MIN_CHARACTERS = 2;

const folded = (words) => words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

class SearchField {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=text]");
    this.free = "libre" in root.dataset;
    if (!this.free) this.value = root.querySelector("[data-valeur]") || this.hiddenValue();
    // From here on the script keeps value and words consistent: the server need not compare them.
    root.querySelector("[data-affiche]")?.remove();
    this.options = [];
    this.active = -1;
    this.buildList();
    this.root.dataset.rechercheActive = "";
    this.input.removeAttribute("list");
    this.input.addEventListener("input", () => this.onInput());
    // This field has replaced a focused one during typing: continue its search.
    if (document.activeElement === this.input && !this.free && !this.value.value) this.search();
    if (this.postalCode !== undefined) this.input.addEventListener("focus", () => this.input.value || this.search());
    this.input.addEventListener("keydown", (event) => this.onKeydown(event));
    this.input.addEventListener("blur", () => this.onBlur());
    for (const button of root.querySelectorAll("[data-choix]")) button.addEventListener("click", (event) => this.onProposalClick(event));
  }

  // A button that proposes an answer chooses it in place.
  onProposalClick(event) {
    event.preventDefault();
    const { choix, libelle } = event.currentTarget.dataset;
    this.select({ value: choix, label: libelle });
    this.setStatus(`${libelle} choisi`, true);
  }

  // The postal code of a town field, whose few communes are proposed before a letter is typed; undefined for other fields.
  get postalCode() {
    const town = this.input.autocomplete === "address-level2";
    return town ? this.input.form?.querySelector("[autocomplete=postal-code]")?.value.trim() : undefined;
  }

  // Replaces the server's list of results, if there is one, by a hidden field with the value.
  hiddenValue() {
    const chosen = this.root.querySelector(".portail-recherche__resultats input:checked");
    const name = this.root.querySelector("[name=rechercher]").value;
    const field = element("input", { type: "hidden", name, value: chosen ? chosen.value : "" });
    this.root.querySelector(".portail-recherche__resultats")?.remove();
    this.root.append(field);
    return field;
  }

  buildList() {
    this.list = element("ul", { className: "portail-suggestions", id: `${this.input.id}-suggestions`, hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.status = element("p", { className: "fr-sr-only fr-message fr-message--info fr-mt-1w" });
    this.status.setAttribute("role", "status");
    this.input.parentElement.append(this.list);
    (this.root.querySelector(".portail-recherche__ligne") || this.input.parentElement).after(this.status);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
  }

  onInput() {
    this.setValue("");
    this.setStatus("");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), WAIT_MS);
  }

  // Words typed before this script ran: the value does not belong to them.
  onEarlierInput() {
    if (this.input.value === this.input.defaultValue) return;
    if (document.activeElement === this.input) this.onInput();
    else this.setValue("");
  }

  async search() {
    clearTimeout(this.timer);
    const words = this.input.value.trim();
    const query = this.postalCode || words;
    if (query.length < MIN_CHARACTERS) return this.close();
    const url = new URL(this.root.dataset.recherche, location.href);
    url.searchParams.set("q", query);
    for (const name of (this.root.dataset.avec || "").split(" ").filter(Boolean)) {
      const other = this.input.form?.elements.namedItem(name);
      if (other) url.searchParams.set(name, other.value);
    }
    this.pending?.abort();
    this.pending = new AbortController();
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.pending.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { options, advice } = await answer.json();
      this.show(this.postalCode ? options.filter((option) => folded(option.label).startsWith(folded(words))) : options, advice);
    } catch (error) {
      if (error.name !== "AbortError") this.unavailable();
    }
  }

  // Shows the button of the page without script again, which loads a whole page with the results.
  unavailable() {
    this.close();
    delete this.root.dataset.rechercheActive;
    if (!this.free) this.setStatus("La recherche automatique ne répond pas. Utilisez le bouton Rechercher.", true);
  }

  // The active option stays active where it is among the new ones: a late answer must not change what Enter does.
  show(options, advice) {
    const active = this.options[this.active]?.value;
    this.options = options;
    this.list.replaceChildren(...options.map((option, index) => this.buildOption(option, index)));
    this.list.hidden = options.length === 0;
    // With advice to be read, the list must not cover it.
    if (advice) this.status.before(this.list);
    else this.input.parentElement.append(this.list);
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.activate(options.findIndex((option) => option.value === active));
    const count = options.length;
    if (advice) this.setStatus(advice, true);
    else if (count > 0) this.setStatus(`${count} résultat${count > 1 ? "s" : ""}`);
    else this.setStatus(this.free ? "" : "Aucun résultat", true);
  }

  // Always announced to screen readers; visible only if `seen`.
  setStatus(words, seen = false) {
    this.status.textContent = words;
    this.status.classList.toggle("fr-sr-only", !seen);
  }

  buildOption(option, index) {
    const [onmousedown, onclick] = [(event) => event.preventDefault(), () => this.choose(index)];
    const line = element("li", { id: `${this.list.id}-${index}`, onmousedown, onclick }, option.label);
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    if (option.hint) this.addHint(line, option.hint);
    return line;
  }

  // Shown below the label of the option, announced after it.
  addHint(line, words) {
    const hint = element("span", { className: "fr-hint-text" }, words);
    hint.setAttribute("aria-hidden", "true");
    line.append(hint);
    line.setAttribute("aria-description", words);
  }

  onKeydown(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (open && event.key === "Enter" && this.active >= 0) this.choose(this.active);
    else if (event.key === "Enter" && this.hasWordsAlone) event.repeat || this.searchAtOnce();
    else if (open && event.key === "ArrowDown") this.move(1);
    else if (open && event.key === "ArrowUp") this.move(-1);
    else if (open && event.key === "Escape") this.close();
    else if (!open && event.key === "ArrowDown") return this.search();
    else return;
    event.preventDefault();
  }

  // Words were typed and none of the suggestions chosen: Enter searches, and does not send the form.
  get hasWordsAlone() {
    return "rechercheActive" in this.root.dataset && !this.free && !this.value.value && this.input.value.trim() !== "";
  }

  // Says again what is found, or that nothing is.
  searchAtOnce() {
    const isShort = this.input.value.trim().length < MIN_CHARACTERS;
    this.setStatus(isShort ? `Saisissez au moins ${MIN_CHARACTERS} lettres.` : "", isShort);
    this.search();
  }

  move(step) {
    const count = this.options.length;
    if (count > 0) this.activate((this.active + step + count + (this.active < 0 && step < 0 ? 1 : 0)) % count);
  }

  // The option of that index; of -1: none.
  activate(index) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = index;
    const line = this.list.children[index];
    if (!line) return this.input.removeAttribute("aria-activedescendant");
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", line.id);
  }

  choose(index) {
    this.select(this.options[index]);
  }

  select(option) {
    this.input.value = option.label;
    this.setValue(option.value);
    this.close();
    this.setStatus(`${option.label} choisi`);
    if (this.free) return this.input.dispatchEvent(new Event("change", { bubbles: true }));
    // If a choice changes the form, only the value triggers that, not half-typed words.
    if (this.root.dataset.actualise) this.value.dataset.actualise = this.root.dataset.actualise;
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  setValue(value) {
    if (!this.free) this.value.value = value;
  }

  // A suggestion that was typed in full counts as chosen.
  onBlur() {
    const same = (option) => folded(option.label) === folded(this.input.value.trim());
    const index = this.list.hidden ? -1 : this.options.findIndex(same);
    if (index >= 0) this.choose(index);
    else this.close();
  }

  close() {
    clearTimeout(this.timer);
    this.pending?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }
}

const enhance = (part) => [...part.querySelectorAll("[data-recherche]")].map((root) => new SearchField(root));

for (const field of enhance(document)) field.onEarlierInput();
document.addEventListener("portail:contenu", (event) => enhance(event.detail));
