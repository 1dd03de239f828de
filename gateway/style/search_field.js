/* Suggestions under a box: the listbox pattern, with the arrows, Enter and Escape. A search is bound to one of them; a free
   box (data-libre) is only helped. Without this script the button « Rechercher » asks the server for the same list. */

const WAIT_MS = 200;
const AT_LEAST = 2;

const folded = (words) => words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

class SearchField {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=text]");
    this.free = "libre" in root.dataset;
    if (!this.free) this.value = root.querySelector("[data-valeur]") || this.hiddenValue();
    // Value and words are kept together from here on: nothing has to be compared.
    root.querySelector("[data-affiche]")?.remove();
    this.options = [];
    this.active = -1;
    this.buildList();
    this.root.dataset.rechercheActive = "";
    this.input.removeAttribute("list");
    this.input.addEventListener("input", () => this.typed());
    // Put in place while words were being typed: it goes on where the former one was.
    if (document.activeElement === this.input && !this.free && !this.value.value) this.ask();
    if (this.seed !== undefined) this.input.addEventListener("focus", () => this.input.value || this.ask());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.left());
    for (const button of root.querySelectorAll("[data-choix]")) button.addEventListener("click", (event) => this.proposed(event));
  }

  // A button that proposes an answer chooses it in place.
  proposed(event) {
    event.preventDefault();
    const { choix, libelle } = event.currentTarget.dataset;
    this.take({ value: choix, label: libelle });
    this.tell(`${libelle} choisi`, true);
  }

  // The communes of a postal code are few: they are proposed before a letter is typed.
  get seed() {
    const town = this.input.autocomplete === "address-level2";
    return town ? this.input.form?.querySelector("[autocomplete=postal-code]")?.value.trim() : undefined;
  }

  // The server's list of results, where there is one, has the place of the value.
  hiddenValue() {
    const chosen = this.root.querySelector(".portail-recherche__resultats input:checked");
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = this.root.querySelector("[name=rechercher]").value;
    field.value = chosen ? chosen.value : "";
    this.root.querySelector(".portail-recherche__resultats")?.remove();
    this.root.append(field);
    return field;
  }

  buildList() {
    this.list = document.createElement("ul");
    this.list.className = "portail-suggestions";
    this.list.id = `${this.input.id}-suggestions`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.status = document.createElement("p");
    this.status.className = "fr-sr-only fr-message fr-message--info fr-mt-1w";
    this.status.setAttribute("role", "status");
    this.input.parentElement.append(this.list);
    (this.root.querySelector(".portail-recherche__ligne") || this.input.parentElement).after(this.status);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
  }

  typed() {
    this.setValue("");
    this.tell("");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    const words = this.input.value.trim();
    const asked = this.seed || words;
    if (asked.length < AT_LEAST) return this.close();
    const url = new URL(this.root.dataset.recherche, location.href);
    url.searchParams.set("q", asked);
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
      this.show(this.seed ? options.filter((option) => folded(option.label).startsWith(folded(words))) : options, advice);
    } catch (error) {
      if (error.name !== "AbortError") this.unavailable();
    }
  }

  // The button of the page without script comes back: it does the same by a full page.
  unavailable() {
    this.close();
    delete this.root.dataset.rechercheActive;
    if (!this.free) this.tell("La recherche automatique ne répond pas. Utilisez le bouton Rechercher.", true);
  }

  show(options, advice) {
    this.options = options;
    this.active = -1;
    this.list.replaceChildren(...options.map((option, index) => this.line(option, index)));
    this.list.hidden = options.length === 0;
    // Beside words that have to be read it lies over nothing.
    if (advice) this.status.before(this.list);
    else this.input.parentElement.append(this.list);
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    const count = options.length;
    if (advice) this.tell(advice, true);
    else if (count > 0) this.tell(`${count} résultat${count > 1 ? "s" : ""}`);
    else this.tell(this.free ? "" : "Aucun résultat", true);
  }

  // Heard always, seen where there is no list to see.
  tell(words, seen = false) {
    this.status.textContent = words;
    this.status.classList.toggle("fr-sr-only", !seen);
  }

  line(option, index) {
    const line = document.createElement("li");
    line.id = `${this.list.id}-${index}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.textContent = option.label;
    if (option.hint) this.explain(line, option.hint);
    line.addEventListener("mousedown", (event) => event.preventDefault());
    line.addEventListener("click", () => this.choose(index));
    return line;
  }

  // Seen below the words to choose, heard after them.
  explain(line, words) {
    const hint = document.createElement("span");
    hint.className = "fr-hint-text";
    hint.setAttribute("aria-hidden", "true");
    hint.textContent = words;
    line.append(hint);
    line.setAttribute("aria-description", words);
  }

  pressed(event) {
    if (this.list.hidden) {
      if (event.key === "ArrowDown") this.ask();
      return;
    }
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else if (event.key === "Enter" && this.active >= 0) this.choose(this.active);
    else return;
    event.preventDefault();
  }

  move(step) {
    const count = this.options.length;
    if (count === 0) return;
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = (this.active + step + count + (this.active < 0 && step < 0 ? 1 : 0)) % count;
    const line = this.list.children[this.active];
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", line.id);
  }

  choose(index) {
    this.take(this.options[index]);
  }

  take(option) {
    this.input.value = option.label;
    this.setValue(option.value);
    this.close();
    this.tell(`${option.label} choisi`);
    if (this.free) return this.input.dispatchEvent(new Event("change", { bubbles: true }));
    // Where a choice changes the form, it is the value that says so: words half typed do not.
    if (this.root.dataset.actualise) this.value.dataset.actualise = this.root.dataset.actualise;
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  setValue(value) {
    if (!this.free) this.value.value = value;
  }

  // Whoever typed a suggestion in full has chosen it.
  left() {
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
    this.input.removeAttribute("aria-activedescendant");
  }
}

function wake(part) {
  for (const root of part.querySelectorAll("[data-recherche]")) new SearchField(root);
}

wake(document);
document.addEventListener("portail:contenu", (event) => wake(event.detail));
