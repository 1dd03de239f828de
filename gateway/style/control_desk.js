/* The control of a piece: magnify and turn its pages, decide by keys, go to the next. All of it works without. */

import { NextPiece } from "./decisions/next_piece.js";

let desk = null; // of the piece that is shown
const KEYS_SETTING = "raccourcis-de-controle";
const DECLARED_SETTING = "declare"; // whether all that was declared is open
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

const field = (name) => desk.querySelector(`[data-decision] [name=${name}]`);
const press = (control) => control.click();

// A refusal has its reason: without one, the key leads to where it is chosen or written.
function refuse(button) {
  const [reasons, comment] = [field("reason"), field("comment")];
  if (reasons?.value || comment.value.trim()) button.click();
  else (reasons || comment).focus();
}

// By key: where the control is that is pressed, which names the shortcut, and how. What the page does not have has no key.
const KEYS = {
  c: ["[data-decision] button[value=compliant]", press],
  x: ["[data-decision] button[value=non_compliant]", refuse],
  r: ["[data-decision] button[value=received]", press],
  s: ["nav a[rel=next]", press],
  p: ["nav a[rel=prev]", press],
  a: ["[data-annulation] button", press],
  d: ["#declare > summary", press],
};

// The option that a digit chooses, counted from 1 behind the placeholder.
function chooseReason(key) {
  const reasons = field("reason");
  const option = /^[1-9]$/.test(key) && reasons?.options[Number(key)];
  if (option) reasons.value = option.value;
  return Boolean(option);
}

function pressKey(key) {
  const [place, act] = KEYS[key.toLowerCase()] || [];
  const control = place && desk.querySelector(place);
  if (control) act(control);
  return Boolean(control) || chooseReason(key);
}

// Single keys can be switched off (WCAG 2.1.4), and are left alone where one types.
const keysAreOn = () => localStorage.getItem(KEYS_SETTING) !== "non";

document.addEventListener("keydown", (event) => {
  if (!keysAreOn() || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  if (pressKey(event.key)) event.preventDefault();
});

function nameKeys(place) {
  const choice = place.querySelector("input");
  choice.checked = keysAreOn();
  const show = () => { for (const name of desk.querySelectorAll("kbd")) name.hidden = !choice.checked; };
  choice.addEventListener("change", () => {
    localStorage.setItem(KEYS_SETTING, choice.checked ? "oui" : "non");
    show();
  });
  for (const [key, [where]] of Object.entries(KEYS)) nameKey(desk.querySelector(where), key.toUpperCase());
  show();
  const reasons = field("reason");
  if (reasons) place.querySelector("[data-touches]").textContent = `1 à ${Math.min(9, reasons.options.length - 1)} : choisir un motif.`;
  place.hidden = false;
}

// Beside its words; who hears the page is told by the attribute.
function nameKey(control, key) {
  if (!control) return;
  control.setAttribute("aria-keyshortcuts", key);
  const name = Object.assign(document.createElement("kbd"), { className: "portail-touche", textContent: key });
  name.ariaHidden = "true";
  control.append(name);
}

// All that was declared stays open or closed from piece to piece, as the gestionnaire left it.
function keepDeclared(declared) {
  declared.open = localStorage.getItem(DECLARED_SETTING) === "oui";
  declared.addEventListener("toggle", () => localStorage.setItem(DECLARED_SETTING, declared.open ? "oui" : "non"));
}

function onShown(shown) {
  desk = shown;
  const pages = desk.querySelector("[data-pages]");
  if (pages) addMagnifier(pages);
  const declared = desk.querySelector("#declare");
  if (declared) keepDeclared(declared);
  nameKeys(desk.querySelector("[data-raccourcis]"));
}

new NextPiece(onShown);
