/* Warns before inactivity ends the session. Input stays in the page: a post after the end is resumed after log-in. Windows of the same
   session inform each other of activity. */

class SessionEnd {
  constructor(root) {
    this.root = root;
    this.place = root.querySelector(".portail-session__place");
    this.template = root.querySelector("template");
    this.durationMs = Number(root.dataset.finSession) * 1000;
    this.warningMs = Number(root.dataset.avertirAvant) * 1000;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel("portail-session") : null;
    this.channel?.addEventListener("message", () => this.restart());
    this.restart();
    this.channel?.postMessage("active");
    document.addEventListener("portail:actif", () => this.restart());
    setInterval(() => this.tick(), 1000);
  }

  restart() {
    this.endsAt = Date.now() + this.durationMs;
    this.place.replaceChildren();
  }

  tick() {
    const remainingMs = this.endsAt - Date.now();
    if (remainingMs > this.warningMs) return;
    if (!this.place.firstElementChild) this.show();
    const notice = this.place.firstElementChild;
    if (remainingMs <= 0) this.showEnd(notice);
    else this.setText(notice.querySelector("[data-minutes]"), this.remainingTime(remainingMs));
  }

  show() {
    this.place.append(this.template.content.cloneNode(true));
    this.place.querySelector("[data-rester]").addEventListener("click", () => this.extend());
  }

  async extend() {
    const answer = await fetch(this.root.dataset.prolonger, { method: "POST" }).catch(() => null);
    if (!answer?.ok || answer.redirected) return this.showEnd(this.place.firstElementChild);
    this.restart();
    this.channel?.postMessage("active");
  }

  showEnd(notice) {
    this.setText(notice.querySelector("[data-titre]"), "Votre session est terminée");
    this.setText(
      notice.querySelector("[data-texte]"),
      "Votre saisie reste dans cette page. Continuez : il vous sera demandé de vous identifier, puis votre saisie sera reprise.",
    );
    notice.querySelector("[data-rester]")?.remove();
  }

  // Written only when it changes: screen readers announce each change.
  setText(element, words) {
    if (element && element.textContent !== words) element.textContent = words;
  }

  remainingTime(remainingMs) {
    const minutes = Math.ceil(remainingMs / 60000);
    return minutes > 1 ? `${minutes} minutes` : "moins d'une minute";
  }
}

for (const root of document.querySelectorAll("[data-fin-session]")) new SessionEnd(root);
