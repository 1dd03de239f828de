/* The script is on its way: what it would hide is hidden from the first picture on, so that nothing moves when it runs.
   Where it does not come, everything is open as without any script. */
const page = document.documentElement;
page.dataset.script = "attendu";

function openEverything() {
  if (!page.hasAttribute("data-fr-js")) delete page.dataset.script;
}
document.addEventListener("error", (event) => event.target.tagName === "SCRIPT" && openEverything(), true);
window.addEventListener("load", () => requestAnimationFrame(openEverything));
