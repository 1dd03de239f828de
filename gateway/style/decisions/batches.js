/* Decides a large selection in parts, posted one after the other, with progress in words, a stop, and a report. Without this script
   one post has all. What got no answer stays selected: deciding it again changes nothing where it was done. */

import { DecisionProgress } from "./progress.js";

const TIMEOUT_MS = 60_000;

class EndOfParts extends Error {} // no further part can pass; the message says why

const inWords = (number) => (number > 1 ? `${number} pièces` : "1 pièce");

class SelectionInParts {
  constructor(form, progress) {
    this.form = form;
    this.size = Number(form.dataset.lots); // pieces of a part
    this.progress = progress;
    progress.onStop = () => { this.stopped = true; };
    form.addEventListener("submit", (event) => this.onSubmit(event));
    addEventListener("beforeunload", (event) => { if (this.running) event.preventDefault(); });
  }

  onSubmit(event) {
    const boxes = [...this.form.querySelectorAll("[name=selection]:checked")];
    if (!this.running && boxes.length && boxes.length <= this.size) return; // the usual post is as good
    event.preventDefault();
    if (!boxes.length) return this.tell({ lines: ["Aucune pièce n'est sélectionnée."], severity: "warning" }); // what was typed stays
    if (!this.running) this.run(boxes, event.submitter);
  }

  async run(boxes, button) {
    const fields = [...new FormData(this.form, button)].filter(([name]) => name !== "selection");
    this.running = true;
    this.stopped = false;
    this.decided = this.refused = 0;
    this.label = button.textContent.trim();
    document.querySelector("[data-annulation]")?.remove(); // of a decision that is the last no longer
    this.progress.start(boxes.length);
    const failure = await this.postAll(boxes, fields);
    this.running = false;
    this.tell(this.summary(boxes, failure));
  }

  tell(summary) {
    delete this.form.dataset.envoye; // the next press is no double submit
    this.progress.end(summary);
  }

  // Why the last part that failed did; null where each had its answer. Who fails twice in a row is not asked again.
  async postAll(boxes, fields) {
    let failure = null;
    let failuresInARow = 0;
    for (let start = 0; start < boxes.length && !this.stopped && failuresInARow < 2; start += this.size) {
      const part = boxes.slice(start, start + this.size);
      try {
        failure = this.take(part, await this.post(part, fields)) || failure;
        failuresInARow = 0;
      } catch (error) {
        failure = error.message;
        failuresInARow += 1;
        if (error instanceof EndOfParts) break;
      }
      this.progress.show(Math.min(start + this.size, boxes.length), boxes.length);
    }
    return failure;
  }

  async post(part, fields) {
    const body = new URLSearchParams([...fields, ...part.map((box) => ["selection", box.value])]);
    const { confirmation } = this.form.elements; // of a whole list, once the code was taken
    if (confirmation) body.set("confirmation", confirmation.value);
    const options = { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT_MS) };
    const answer = await fetch(this.form.action, options).catch(() => null);
    if (!answer) throw new Error("La connexion était interrompue.");
    document.dispatchEvent(new CustomEvent("portail:actif"));
    const report = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-rapport]");
    if (report?.dataset.confirmation) confirmation.value = report.dataset.confirmation;
    if (answer.status === 422 || (report && answer.status === 429)) throw new EndOfParts(reasonOf(report) || "Cette décision n'est pas valable.");
    if (answer.status === 401 || answer.redirected) {
      throw new EndOfParts("Votre session est terminée : identifiez-vous dans un nouvel onglet, puis revenez ici.");
    }
    if (!report) throw new Error("Le portail n'a pas pu répondre.");
    return report;
  }

  // Boxes with an answer leave the selection. Returns why some have none.
  take(part, report) {
    const unanswered = new Set([...report.querySelectorAll("[name=selection]")].map((field) => field.value));
    const refusals = [...report.querySelectorAll("[data-refus] li")];
    const refused = refusals.map((line) => line.querySelector("a").pathname);
    for (const box of part.filter(({ value }) => !unanswered.has(value))) {
      const isRefused = refused.some((path) => path.endsWith(`/${box.value.split(" ")[0]}`));
      if (!isRefused) box.closest("tr").querySelector("[data-statut]").textContent = this.label;
      box.closest("td").textContent = isRefused ? "Sans décision" : "Décidée";
    }
    this.decided += Number(report.dataset.decidees);
    this.refused += refusals.length;
    this.progress.addRefusals(refusals);
    return unanswered.size ? reasonOf(report) : null;
  }

  summary(boxes, failure) {
    const left = boxes.filter((box) => box.isConnected).length;
    const { label } = this;
    const is = this.decided > 1 ? "sont" : "est";
    const lines = [this.decided ? `${inWords(this.decided)} ${is} maintenant « ${label} ».` : "Aucune décision n'a été enregistrée."];
    if (this.refused) lines.push(`${inWords(this.refused)} sans décision, avec leur raison ci-dessous.`);
    if (left && failure) lines.push(failure);
    if (left) lines.push(`${inWords(left)} à décider encore, toujours sélectionnées : « ${label} » continue.`);
    return { lines, severity: left ? "warning" : this.refused ? "info" : "success" };
  }
}

const reasonOf = (report) =>
  [...(report?.querySelectorAll("[data-motif], .fr-message--error") || [])].map((place) => place.textContent.trim()).join(" ");

const form = document.querySelector("[data-lots]");
if (form) new SelectionInParts(form, new DecisionProgress(document.querySelector("[data-avancement]")));
