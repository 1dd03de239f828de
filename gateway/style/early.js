/* In the head: hides at once what the scripts will hide, so that nothing moves when they run. If they fail to load, everything is shown
   as without scripts. */
const page = document.documentElement;
page.dataset.script = "attendu";

function openEverything() {
  if (!page.hasAttribute("data-fr-js")) delete page.dataset.script;
}
document.addEventListener("error", (event) => event.target.tagName === "SCRIPT" && openEverything(), true);
window.addEventListener("load", () => requestAnimationFrame(openEverything));
