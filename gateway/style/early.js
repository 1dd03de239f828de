/* In the head: hides at once what the scripts will hide, so that nothing moves when they run. Where they do not arrive,
   everything is shown as without any script. */
const page = document.documentElement;
page.dataset.script = "attendu";

function openEverything() {
  if (!page.hasAttribute("data-fr-js")) delete page.dataset.script;
}
document.addEventListener("error", (event) => event.target.tagName === "SCRIPT" && openEverything(), true);
window.addEventListener("load", () => requestAnimationFrame(openEverything));
