/* A list whose lines can be selected: all at once, and how many are. The boxes work without. */

const form = document.querySelector("[data-selection]");

function addSelectAll() {
  const boxes = () => [...form.querySelectorAll("[name=selection]")];
  const all = document.createElement("button");
  all.type = "button";
  all.className = "fr-btn fr-btn--sm fr-btn--tertiary";
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  const one = form.dataset.selectionUne || "Une pièce sélectionnée";
  const several = form.dataset.selectionPlusieurs || "pièces sélectionnées";
  const show = () => {
    const selected = boxes().filter((box) => box.checked).length;
    all.textContent = selected === boxes().length ? "Ne rien sélectionner" : "Tout sélectionner";
    count.textContent = selected > 1 ? `${selected} ${several}` : selected ? one : "";
  };
  all.addEventListener("click", () => {
    const select = boxes().some((box) => !box.checked);
    for (const box of boxes()) box.checked = select;
    show();
  });
  form.addEventListener("change", show);
  const tools = document.createElement("div");
  tools.className = "portail-loupe";
  tools.append(all, count);
  form.prepend(tools);
  show();
}

if (form) addSelectAll();
