/* Suggestions under a search box: the listbox pattern, with the arrows, Enter and Escape. Without this script the button
   « Rechercher » beside the box asks the server for the same list. */

const WAIT_MS = 200;
const AT_LEAST = 2;

class SearchField {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=text]");
    this.value = root.querySelector("[data-valeur]") || this.hiddenValue();
    this.options = [];
    this.active = -1;
    this.buildList();
    this.root.dataset.rechercheActive = "";
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.left());
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
    this.status.className = "fr-sr-only fr-hint-text fr-mt-1v";
    this.status.setAttribute("role", "status");
    this.input.parentElement.append(this.list);
    this.root.append(this.status);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
  }

  typed() {
    this.value.value = "";
    this.tell("");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    const words = this.input.value.trim();
    if (words.length < AT_LEAST) return this.close();
    const url = new URL(this.root.dataset.recherche, location.href);
    url.searchParams.set("q", words);
    for (const name of (this.root.dataset.avec || "").split(" ").filter(Boolean)) {
      const other = this.input.form?.elements.namedItem(name);
      if (other) url.searchParams.set(name, other.value);
    }
    this.pending?.abort();
    this.pending = new AbortController();
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.pending.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show((await answer.json()).options);
    } catch (error) {
      if (error.name !== "AbortError") this.unavailable();
    }
  }

  // The button of the page without script comes back: it does the same by a full page.
  unavailable() {
    this.close();
    delete this.root.dataset.rechercheActive;
    this.tell("La recherche automatique ne répond pas. Utilisez le bouton Rechercher.", true);
  }

  show(options) {
    this.options = options;
    this.active = -1;
    this.list.replaceChildren(...options.map((option, index) => this.line(option, index)));
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    const count = options.length;
    this.tell(count === 0 ? "Aucun résultat" : `${count} résultat${count > 1 ? "s" : ""}`, count === 0);
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
    line.addEventListener("mousedown", (event) => event.preventDefault());
    line.addEventListener("click", () => this.choose(index));
    return line;
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
    const option = this.options[index];
    this.input.value = option.label;
    this.value.value = option.value;
    this.close();
    this.tell(`${option.label} choisi`);
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Whoever typed a suggestion in full has chosen it.
  left() {
    const same = (option) => option.label.localeCompare(this.input.value.trim(), "fr", { sensitivity: "base" }) === 0;
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

for (const root of document.querySelectorAll("[data-recherche]")) new SearchField(root);
