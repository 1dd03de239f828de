/* « Envoyer une pièce jointe »: shows the chosen files, reduces photographs, and on « Envoyer » sends the files in parts (resumable) and
   deposits them. Without this script the form is sent as a whole. */

import { message } from "../elements.js";
import { ChosenFiles } from "./chosen_files.js";
import { isPage, isPicture, reduced } from "./photographs.js";
import { Progress } from "./progress.js";
import { Refusal, Sending } from "./sending.js";
import { sizeInWords } from "./sizes.js";

const JOINED_SHARE = 0.95; // of the limit: the PDF around several photographs takes the rest
const SAID = {
  prepares: "Préparation de l'envoi…",
  sends: "Envoi en cours : laissez cette page ouverte.",
  checks: "Fichier reçu, vérification en cours…",
  cancelled: "Envoi annulé : rien n'a été déposé.",
  mixed: "Seuls des photos et des PDF peuvent être réunis en un PDF : choisissez un seul fichier, ou des photos.",
  failed: "L'envoi a échoué sur cet appareil. Réessayez.",
};

class DepositForm {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("[type=file]");
    this.limit = Number(this.input.dataset.tailleMaximale);
    this.maxFiles = Number(this.input.dataset.nombreMaximal || 1); // of one document
    this.chosen = new ChosenFiles(this.input, form.querySelector("[data-fichiers]"), () => this.showError(this.refusalReason()));
    this.progress = new Progress(form, { onCancel: () => this.sending?.cancel(), onRetry: () => this.sending?.wake() });
    form.addEventListener("submit", (event) => this.onSubmit(event));
    window.addEventListener("beforeunload", (event) => this.sending && event.preventDefault());
    window.addEventListener("pageshow", (event) => event.persisted && this.progress.end(""));
    // Files chosen before this script was loaded, or restored by the browser.
    if (this.input.files.length) this.chosen.add([...this.input.files]);
  }

  // Without a file the form is sent as usual: the returned page shows the error.
  onSubmit(event) {
    if (!this.chosen.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.sending) return;
    const reason = this.refusalReason();
    if (reason) this.showError(reason);
    else this.send();
  }

  async send() {
    this.sending = new Sending((failure) => this.progress.showFailure(failure));
    this.showError("");
    this.progress.start(SAID.prepares);
    try {
      const files = await this.reducedFiles();
      await this.upload(files);
      const next = await this.deposit(files);
      this.sending = null;
      location.assign(next);
    } catch (error) {
      this.onFailure(error);
    }
  }

  // The chosen files, with photographs reduced where necessary. Throws Refusal for one that cannot be reduced enough.
  async reducedFiles() {
    const { files } = this.chosen;
    const pages = this.limit * JOINED_SHARE;
    const joined = files.length > 1 && sum(files) > pages;
    const sent = [];
    for (const file of files) sent.push(await reduced(file, joined ? pages / files.length : this.limit, { joined }));
    const tooLarge = sent.find((file) => file.size > this.limit);
    if (tooLarge) throw new Refusal(notReducibleInWords(tooLarge));
    return sent;
  }

  async upload(files) {
    const [chosen, total, marks] = [this.chosen.files, sum(files), []];
    const reduction = total < sum(chosen) ? `${this.reductionInWords(files)} ` : "";
    this.progress.resume(reduction + SAID.sends);
    this.progress.setProgress(0, total);
    let before = 0;
    for (const [index, file] of files.entries()) {
      const mark = `${chosen[index].size} ${chosen[index].lastModified} ${file.size}`;
      const same = marks.filter((earlier) => earlier === mark).length;
      marks.push(mark);
      const sent = before;
      await this.sending.send(file, {
        address: this.form.dataset.envois,
        partBytes: Number(this.form.dataset.partie),
        mark: `${mark} ${same}`,
        onProgress: (offset) => this.progress.setProgress(sent + offset, total),
      });
      before += file.size;
    }
  }

  // Deposits what was sent; returns the address of the next page.
  async deposit(files) {
    this.progress.resume(SAID.checks);
    const next = new URL(await this.sending.deposit(this.form.dataset.depot), location.href);
    if (sum(files) < sum(this.chosen.files)) {
      next.searchParams.set("avant", sum(this.chosen.files));
      next.searchParams.set("apres", sum(files));
    }
    return next.href;
  }

  onFailure(error) {
    const { isCancelled } = this.sending;
    this.sending.forget(error.upload);
    this.sending = null;
    this.progress.end(isCancelled ? SAID.cancelled : "");
    if (isCancelled) this.progress.button("envoyer").focus();
    else this.showError(error instanceof Refusal ? error.message : SAID.failed);
  }

  // Why the chosen files cannot be sent; empty if they can. Photographs may be too large, since they are reduced.
  refusalReason() {
    const { files } = this.chosen;
    if (files.length > this.maxFiles) return `Vous pouvez réunir ${this.maxFiles} fichiers au plus : retirez les autres.`;
    if (files.length > 1 && !files.every(isPage)) return SAID.mixed;
    const large = files.find((file) => file.size > this.limit && !isPicture(file));
    return large ? `Ce fichier fait ${sizeInWords(large.size)} ; la taille ne doit pas excéder ${sizeInWords(this.limit)}.` : "";
  }

  reductionInWords(files) {
    const what = files.length > 1 ? "Vos fichiers ont été réduits" : "Votre photo a été réduite";
    return `${what} de ${sizeInWords(sum(this.chosen.files))} à ${sizeInWords(sum(files))}.`;
  }

  showError(words) {
    this.input.closest(".fr-upload-group").classList.toggle("fr-upload-group--error", Boolean(words));
    if (words) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    document.getElementById(`${this.input.id}-messages`).replaceChildren(...(words ? [message("error", words)] : []));
    if (words) this.input.focus();
  }
}

const sum = (files) => files.reduce((total, file) => total + file.size, 0);

const notReducibleInWords = (file) =>
  `La photo « ${file.name} » fait ${sizeInWords(file.size)} et votre navigateur ne sait pas la réduire. Dans les réglages de l'appareil ` +
  "photo, choisissez le format JPEG (« Le plus compatible ») et une définition plus basse, puis recommencez.";

for (const form of document.querySelectorAll("form[data-envois]")) new DepositForm(form);
