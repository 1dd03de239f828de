/* The control of a piece: magnify and turn its pages, decide by keys. All of it works without. */

const desk = document.querySelector("[data-controle]");
const KEYS_SETTING = "raccourcis-de-controle";
const LARGEST_ZOOM = 4;

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "fr-btn fr-btn--sm fr-btn--tertiary";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

// Zoom and rotation hold for all pages of the file.
function addMagnifier(pages) {
  let zoom = 1;
  let quarterTurns = 0;
  const show = () => {
    for (const picture of pages.querySelectorAll("img")) {
      picture.style.width = `${zoom * 100}%`;
      picture.style.transform = `rotate(${quarterTurns * 90}deg)`;
    }
  };
  const magnify = (factor) => () => {
    zoom = Math.min(LARGEST_ZOOM, Math.max(1, zoom * factor));
    show();
  };
  const turn = () => {
    quarterTurns = (quarterTurns + 1) % 4;
    show();
  };
  const tools = document.createElement("div");
  tools.className = "portail-loupe";
  tools.append(button("Agrandir", magnify(1.5)), button("Réduire", magnify(1 / 1.5)), button("Tourner", turn));
  pages.before(tools);
}

const decisionButton = (status) => desk.querySelector(`[data-decision] [name=decision][value=${status}]`);
const listLink = (side) => desk.querySelector(`nav a[rel=${side}]`);
const reasons = desk.querySelector("[data-decision] [name=reason]");
const comment = desk.querySelector("[data-decision] [name=comment]");

// A refusal has its reason: without one, the key leads to where it is chosen or written.
const refuse = (button) => (reasons?.value || comment.value.trim() ? button.click() : (reasons || comment).focus());
const press = (control) => control.click();

// By key: what is pressed, which names the shortcut, and how. What the page does not have has no key.
const KEYS = {
  c: [decisionButton("compliant"), press],
  x: [decisionButton("non_compliant"), refuse],
  r: [decisionButton("received"), press],
  s: [listLink("next"), press],
  p: [listLink("prev"), press],
};

// The option that a digit chooses, counted from 1 behind the placeholder, and how.
function reasonOf(key) {
  const option = /^[1-9]$/.test(key) && reasons?.options[Number(key)];
  return option ? [option, () => { reasons.value = option.value; }] : [];
}

// Single keys can be switched off (WCAG 2.1.4), and are left alone where one types.
function addKeys(place) {
  const choice = place.querySelector("input");
  choice.checked = localStorage.getItem(KEYS_SETTING) !== "non";
  choice.addEventListener("change", () => localStorage.setItem(KEYS_SETTING, choice.checked ? "oui" : "non"));
  const keys = Object.entries(KEYS).filter(([, [control]]) => control);
  const names = keys.map(([key, [control]]) => `${key.toUpperCase()} : ${control.textContent.trim()}`);
  if (reasons) names.push(`1 à ${Math.min(9, reasons.options.length - 1)} : choisir un motif`);
  place.querySelector("[data-touches]").textContent = `${names.join(", ")}.`;
  place.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (!choice.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const [control, act] = KEYS[event.key.toLowerCase()] || reasonOf(event.key);
    if (!control) return;
    event.preventDefault();
    act(control);
  });
}

const pages = desk.querySelector("[data-pages]");
if (pages) addMagnifier(pages);
addKeys(desk.querySelector("[data-raccourcis]"));
