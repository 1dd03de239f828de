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
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
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
    this.list.setAttribute("aria-label", this.root.querySelector("label").textContent.replace(/ \*$/, ""));
    this.status = document.createElement("p");
    this.status.className = "fr-sr-only";
    this.status.setAttribute("role", "status");
    this.input.parentElement.append(this.list);
    this.root.append(this.status);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
  }

  typed() {
    this.value.value = "";
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
    this.status.textContent = "La recherche automatique ne répond pas. Utilisez le bouton Rechercher.";
  }

  show(options) {
    this.options = options;
    this.active = -1;
    this.list.replaceChildren(...options.map((option, index) => this.line(option, index)));
    const count = options.length;
    this.status.textContent = count === 0 ? "Aucun résultat" : `${count} résultat${count > 1 ? "s" : ""}`;
    if (count === 0) this.list.append(this.nothing());
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
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

  nothing() {
    const line = document.createElement("li");
    line.setAttribute("role", "option");
    line.setAttribute("aria-disabled", "true");
    line.setAttribute("aria-selected", "false");
    line.textContent = "Aucun résultat";
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
    this.status.textContent = `${option.label} choisi`;
    this.close();
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

for (const root of document.querySelectorAll("[data-recherche]")) new SearchField(root);
