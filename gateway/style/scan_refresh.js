/* « Analyse en cours »: reloads the regroupements until the antivirus has a result, at growing intervals, only while the page is visible,
   and a limited number of times, since each request prolongs the session. Without this script a link reloads the page. */

const DELAYS_MS = [2000, 3000, 5000, 8000, 13_000, 20_000, 30_000, 45_000, 60_000];

class ScanRefresh {
  constructor(main) {
    this.main = main;
    this.tries = 0;
    document.addEventListener("visibilitychange", () => this.schedule());
    this.schedule();
  }

  pendingScans() {
    return [...this.main.querySelectorAll("[data-analyse]")];
  }

  schedule() {
    clearTimeout(this.timer);
    if (document.hidden || !this.pendingScans().length || this.tries >= DELAYS_MS.length) return;
    this.timer = setTimeout(() => this.check(), DELAYS_MS[this.tries]);
  }

  async check() {
    this.tries += 1;
    const fresh = await this.fetchPage();
    if (fresh) this.update(fresh);
    this.schedule();
  }

  async fetchPage() {
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return null;
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return null;
    }
  }

  // A regroupement changes only where an analysis has ended in it.
  update(fresh) {
    for (const link of this.pendingScans()) {
      if (!link.isConnected || fresh.querySelector(`[data-analyse="${CSS.escape(link.dataset.analyse)}"]`)) continue;
      const group = link.closest("section");
      const renewed = fresh.getElementById(group.getAttribute("aria-labelledby"))?.closest("section");
      if (renewed) this.replace(group, renewed);
    }
  }

  replace(group, renewed) {
    const focused = group.contains(document.activeElement) ? document.activeElement : null;
    const results = [...renewed.querySelectorAll("[data-antivirus]")].map((verdict) => verdict.textContent.trim());
    group.replaceWith(renewed);
    if (focused) (renewed.querySelector(`a[href="${CSS.escape(focused.getAttribute("href") || "")}"]`) || this.main).focus();
    this.main.querySelector("[data-analyses]").textContent = `Analyse terminée. ${results.join(" ")}`;
  }
}

const main = document.querySelector("main");
if (main?.querySelector("[data-analyse]")) new ScanRefresh(main);
