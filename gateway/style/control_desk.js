/* The control of a piece: magnify and turn its pages, decide by keys, go to the next. All of it works without. */

import { element, message } from "./elements.js";
import { NextPiece } from "./decisions/next_piece.js";

let desk = null; // of the piece that is shown
const KEYS_SETTING = "raccourcis-de-controle";
const DECLARED_SETTING = "declare"; // whether all that was declared is open
const LARGEST_ZOOM = 4;
const NO_REASON = "Choisissez un motif ou écrivez un commentaire : le candidat lit pourquoi.";

const button = (label, act) => element("button", { type: "button", className: "fr-btn fr-btn--sm fr-btn--tertiary", onclick: act }, label);

// How a picture fills `width` percent of its box from its top left corner. A turned one leaves its place in the page as it was: the margin
// takes what is too much of it away.
function turned(picture, width, quarterTurns) {
  if (quarterTurns % 2 === 0) return { width: `${width}%`, marginBottom: "", transform: `rotate(${quarterTurns * 90}deg)`, transformOrigin: "" };
  const ratio = (picture.naturalWidth || picture.width) / (picture.naturalHeight || picture.height);
  const back = quarterTurns === 1 ? "translateY(-100%)" : "translateX(-100%)";
  return {
    width: `${width * ratio}%`,
    marginBottom: `${width * (ratio - 1)}%`,
    transform: `rotate(${quarterTurns * 90}deg) ${back}`,
    transformOrigin: "0 0",
  };
}

// Zoom and rotation hold for all pages of the file.
function addMagnifier(pages) {
  let zoom = 1;
  let quarterTurns = 0;
  const show = () => {
    for (const picture of pages.querySelectorAll("img")) Object.assign(picture.style, turned(picture, zoom * 100, quarterTurns));
  };
  pages.addEventListener("load", show, true); // a picture's own proportions are known then
  const magnify = (factor) => () => {
    zoom = Math.min(LARGEST_ZOOM, Math.max(1, zoom * factor));
    show();
  };
  const turn = () => {
    quarterTurns = (quarterTurns + 1) % 4;
    show();
  };
  const tools = [button("Agrandir", magnify(1.5)), button("Réduire", magnify(1 / 1.5)), button("Tourner", turn)];
  pages.before(element("div", { className: "portail-loupe" }, ...tools));
}

const field = (name) => desk.querySelector(`[data-decision] [name=${name}]`);
const press = (control) => control.click();

const hasReason = () => Boolean(field("reason")?.value || field("comment").value.trim());

// A refusal has its reason: without one, the key says so and leads to where it is chosen or written.
function refuse(button) {
  if (hasReason()) return button.click();
  showMissingReason(NO_REASON);
  (field("reason") || field("comment")).focus();
}

// Beside the field, in the place of its messages, which is announced; no words take it away.
function showMissingReason(words) {
  const asked = field("reason") || field("comment");
  const group = asked.closest(".fr-select-group, .fr-input-group");
  group.classList.toggle(`${group.classList[0]}--error`, Boolean(words));
  asked.ariaInvalid = words ? "true" : null;
  group.querySelector(".fr-messages-group").replaceChildren(...(words ? [message("error", words)] : []));
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
  if (!option) return false;
  reasons.value = option.value;
  showMissingReason("");
  return true;
}

function pressKey(key) {
  const [place, act] = KEYS[key.toLowerCase()] || [];
  const control = place && desk.querySelector(place);
  if (control) act(control);
  return Boolean(control) || chooseReason(key);
}

// Where one types a key writes, but Escape leaves the field; in the list of reasons a digit chooses, and the key of the refusal decides.
function pressKeyAt(place, key) {
  if (!place.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return pressKey(key);
  if (key === "Escape") place.blur();
  return key === "Escape" || (place === field("reason") && /^[1-9x]$/i.test(key) && pressKey(key));
}

// Single keys can be switched off (WCAG 2.1.4).
const keysAreOn = () => localStorage.getItem(KEYS_SETTING) !== "non";

document.addEventListener("keydown", (event) => {
  if (!keysAreOn() || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (pressKeyAt(event.target, event.key)) event.preventDefault();
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
  if (reasons) place.querySelector("[data-touches]").textContent = `1 à ${Math.min(9, reasons.options.length - 1)} : choisir un motif. Échap : quitter un champ.`;
  place.hidden = false;
}

// Beside its words; who hears the page is told by the attribute.
function nameKey(control, key) {
  if (!control) return;
  control.setAttribute("aria-keyshortcuts", key);
  control.append(element("kbd", { className: "portail-touche", ariaHidden: "true" }, key));
}

// All that was declared stays open or closed from piece to piece, as the gestionnaire left it.
function keepDeclared(declared) {
  declared.open = localStorage.getItem(DECLARED_SETTING) === "oui";
  declared.addEventListener("toggle", () => localStorage.setItem(DECLARED_SETTING, declared.open ? "oui" : "non"));
}

// The header stands above the panel until the page scrolls.
function fitPanel() {
  desk.style.setProperty("--controle-haut", `${Math.max(0, desk.getBoundingClientRect().top)}px`);
}

for (const change of ["scroll", "resize"]) addEventListener(change, fitPanel);

function onShown(shown) {
  desk = shown;
  fitPanel();
  desk.querySelector("[data-decision]")?.addEventListener("input", () => { if (hasReason()) showMissingReason(""); });
  const pages = desk.querySelector("[data-pages]");
  if (pages) addMagnifier(pages);
  const declared = desk.querySelector("#declare");
  if (declared) keepDeclared(declared);
  nameKeys(desk.querySelector("[data-raccourcis]"));
}

new NextPiece(onShown);
