/* From piece to piece without loading a page anew: the answer takes the place of what is shown, with the first picture of the next piece,
   which was loaded ahead into the memory of this page. Nothing is written to a cache. Without this script pages are loaded. */

import { element } from "../elements.js";

const TIMEOUT_MS = 60_000;

// The first picture of the piece that follows. The server notes that it was loaded ahead, and is told when it is shown.
class PictureAhead {
  load(address) {
    if (!address || address === this.address) return;
    this.address = address;
    this.picture = new Image();
    this.picture.src = `${address}&avance=oui`;
  }

  // Shows `main`, of another document, by `insert`, with this picture instead of the one that it would load, if it is the same. Either
  // picture would be loaded anew on its way into another document.
  showWithin(main, insert) {
    const usual = main.querySelector("[data-pages] img");
    if (!usual || usual.getAttribute("src") !== this.address) return insert();
    const picture = this.picture;
    const link = usual.parentElement;
    for (const { name, value } of usual.attributes) if (name !== "src") picture.setAttribute(name, value);
    usual.remove();
    insert();
    link.prepend(picture);
    const pages = link.closest("[data-pages]");
    picture.decode().then(() => reportOpening(pages)).catch(() => picture.replaceWith(usual)); // which loads as usual
    this.address = this.picture = null;
  }
}

// Words that a decision would send; without one the browser asks before they are lost.
const hasTyped = () => [...document.querySelectorAll("[data-decision] :is(textarea, input[type=text])")].some((field) => field.value.trim());

async function reportOpening(pages) {
  const body = new URLSearchParams({ depot: pages.dataset.depot });
  const answer = await fetch(pages.dataset.ouverture, { method: "POST", body, keepalive: true });
  if (!answer.ok || answer.redirected) throw new Error("The opening was not recorded.");
}

export class NextPiece {
  // `onShown` is called with each piece that is shown.
  constructor(onShown) {
    this.ahead = new PictureAhead();
    this.onShown = onShown;
    document.addEventListener("submit", (event) => this.onSubmit(event));
    document.addEventListener("click", (event) => this.onClick(event));
    addEventListener("popstate", () => this.onHistory());
    addEventListener("beforeunload", (event) => { if (!this.isDecided && hasTyped()) event.preventDefault(); });
    this.onDesk(document.querySelector("[data-controle]"));
  }

  onSubmit(event) {
    const { target: form, submitter } = event;
    if (!form.matches("[data-decision], [data-annulation]")) return;
    this.isDecided = form.matches("[data-decision]");
    if (!this.isDecided && hasTyped()) return; // the browser asks
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, submitter));
    this.go((signal) => fetch(form.action, { method: "POST", body, signal }), () => submitPlainly(form, submitter));
  }

  onClick(event) {
    const link = event.target.closest("nav a:is([rel=next], [rel=prev])");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || hasTyped()) return;
    event.preventDefault();
    this.go((signal) => fetch(link.href, { signal }), () => location.assign(link.href));
  }

  // What is no piece (the list, a log-in, a failure) is left to the browser: to post a decision again is harmless.
  async go(request, leave) {
    if (this.busy) return;
    this.busy = true;
    const answer = await request(AbortSignal.timeout(TIMEOUT_MS)).catch(() => null);
    const text = await answer?.text().catch(() => null); // null: it broke off
    this.busy = false;
    const page = text && new DOMParser().parseFromString(text, "text/html");
    if (page?.querySelector("[data-controle]")) return this.show(page, answer);
    return answer?.ok && answer.redirected ? location.assign(answer.url) : leave();
  }

  show(page, answer) {
    const main = page.querySelector("main");
    if (answer.ok) history.pushState(null, "", answer.url); // a refused decision is shown at the piece's address
    this.address = location.href;
    document.title = page.title;
    this.ahead.showWithin(main, () => document.querySelector("main").replaceWith(main));
    document.dispatchEvent(new CustomEvent("portail:actif"));
    scrollTo(0, Math.min(scrollY, main.offsetTop)); // to the top of the file, the header away if it was
    const heading = main.querySelector("h1");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    this.onDesk(main.querySelector("[data-controle]"));
  }

  onDesk(desk) {
    this.address = location.href;
    this.isDecided = false;
    this.onShown(desk);
    const following = desk.querySelector("nav a[rel=next]")?.dataset.image;
    const picture = desk.querySelector("[data-pages] img");
    if (!picture || picture.complete) return this.ahead.load(following);
    picture.addEventListener("load", () => this.ahead.load(following), { once: true });
  }

  onHistory() {
    const withoutFragment = (address) => address.split("#")[0];
    if (withoutFragment(location.href) !== withoutFragment(this.address)) location.reload();
  }
}

// As the browser would without this script.
function submitPlainly(form, button) {
  if (button.name) form.append(element("input", { type: "hidden", name: button.name, value: button.value }));
  form.submit();
}
