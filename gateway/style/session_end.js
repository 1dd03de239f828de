/* Warns before inactivity ends the session. Nothing typed is touched: a post after the end is taken up again by logging in.
   Other windows of the same session are heard, so that activity in one keeps the others quiet. */

class SessionEnd {
  constructor(root) {
    this.root = root;
    this.place = root.querySelector(".portail-session__place");
    this.template = root.querySelector("template");
    this.length = Number(root.dataset.finSession) * 1000;
    this.warning = Number(root.dataset.avertirAvant) * 1000;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel("portail-session") : null;
    this.channel?.addEventListener("message", () => this.renewed());
    this.renewed();
    this.channel?.postMessage("active");
    document.addEventListener("portail:actif", () => this.renewed());
    setInterval(() => this.look(), 1000);
  }

  renewed() {
    this.ends = Date.now() + this.length;
    this.place.replaceChildren();
  }

  look() {
    const left = this.ends - Date.now();
    if (left > this.warning) return;
    if (!this.place.firstElementChild) this.show();
    const notice = this.place.firstElementChild;
    if (left <= 0) this.over(notice);
    else this.put(notice.querySelector("[data-minutes]"), this.inWords(left));
  }

  show() {
    this.place.append(this.template.content.cloneNode(true));
    this.place.querySelector("[data-rester]").addEventListener("click", () => this.extend());
  }

  async extend() {
    const answer = await fetch(this.root.dataset.prolonger, { method: "POST" }).catch(() => null);
    if (!answer?.ok || answer.redirected) return this.over(this.place.firstElementChild);
    this.renewed();
    this.channel?.postMessage("active");
  }

  over(notice) {
    this.put(notice.querySelector("[data-titre]"), "Votre session est terminée");
    this.put(
      notice.querySelector("[data-texte]"),
      "Votre saisie reste dans cette page. Continuez : il vous sera demandé de vous identifier, puis votre saisie sera reprise.",
    );
    notice.querySelector("[data-rester]")?.remove();
  }

  // Written only when it changes: each change is read aloud.
  put(element, words) {
    if (element && element.textContent !== words) element.textContent = words;
  }

  inWords(left) {
    const minutes = Math.ceil(left / 60000);
    return minutes > 1 ? `${minutes} minutes` : "moins d'une minute";
  }
}

for (const root of document.querySelectorAll("[data-fin-session]")) new SessionEnd(root);
