/* « Envoyer une pièce jointe » with a script: files are shown, photographs made small enough, sent on « Envoyer » in parts that go
   on where they broke, and deposited. Without it the form is sent whole. */

import { ChosenFiles } from "./chosen_files.js";
import { Refusal, sendRequest } from "./request.js";
import { isPage, isPicture, reduced } from "./photographs.js";
import { Retry } from "./retry.js";
import { Progress } from "./progress.js";
import { Upload } from "./upload.js";
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
    this.mostFiles = Number(this.input.dataset.nombreMaximal || 1); // of one document
    this.chosen = new ChosenFiles(this.input, form.querySelector("[data-fichiers]"), () => this.fault(this.refused()));
    this.view = new Progress(form, { cancels: () => this.sending?.abort(), triesAgain: () => this.retry.wake() });
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("beforeunload", (event) => this.sending && event.preventDefault());
    window.addEventListener("pageshow", (event) => event.persisted && this.view.ends(""));
    // Chosen before this script arrived, or kept by the browser when it came back to the page.
    if (this.input.files.length) this.chosen.chose([...this.input.files]);
  }

  // Without a file the form goes its own way: the page that comes back says so.
  submitted(event) {
    if (!this.chosen.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.sending) return;
    const reason = this.refused();
    if (reason) this.fault(reason);
    else this.send();
  }

  async send() {
    const { signal } = (this.sending = new AbortController());
    this.uploads = [];
    this.retry = new Retry(signal, (trouble) => this.view.waits(trouble), () => this.view.goesOn(this.view.words));
    this.fault("");
    this.view.begins(SAID.prepares);
    try {
      const files = await this.prepared();
      await this.upload(files, signal);
      const next = await this.deposit(signal, files);
      this.sending = null;
      location.assign(next);
    } catch (error) {
      this.stopped(error);
    }
  }

  // What is sent of what was chosen: the same, or smaller photographs.
  async prepared() {
    const { files } = this.chosen;
    const pages = this.limit * JOINED_SHARE;
    const joined = files.length > 1 && sum(files) > pages;
    const sent = [];
    for (const file of files) sent.push(await reduced(file, joined ? pages / files.length : this.limit, { joined }));
    const stubborn = sent.find((file) => file.size > this.limit);
    if (stubborn) throw new Refusal(stubbornInWords(stubborn));
    return sent;
  }

  async upload(files, signal) {
    const [chosen, total, marks] = [this.chosen.files, sum(files), []];
    const shrunk = total < sum(chosen) ? `${this.shrunkInWords(files)} ` : "";
    this.view.goesOn(shrunk + SAID.sends);
    this.view.progress(0, total);
    let before = 0;
    for (const [index, file] of files.entries()) {
      const mark = `${chosen[index].size} ${chosen[index].lastModified} ${file.size}`;
      const same = marks.filter((earlier) => earlier === mark).length;
      marks.push(mark);
      const upload = new Upload(this.form.dataset.envois, file, `${mark} ${same}`, signal);
      this.uploads.push(upload);
      await upload.send(this.retry, (offset) => this.view.progress(before + offset, total));
      before += file.size;
    }
  }

  // The page to go on with.
  async deposit(signal, files) {
    this.view.goesOn(SAID.checks);
    const body = new URLSearchParams(this.uploads.map((upload) => ["envoi", upload.id]));
    const answer = await this.retry.until(() => sendRequest(this.form.dataset.depot, { method: "POST", body }, signal));
    for (const upload of this.uploads) upload.forget();
    const next = new URL(answer.headers.get("Location"), location.href);
    if (sum(files) < sum(this.chosen.files)) {
      next.searchParams.set("avant", sum(this.chosen.files));
      next.searchParams.set("apres", sum(files));
    }
    return next.href;
  }

  stopped(error) {
    const isCancelled = this.sending.signal.aborted;
    this.sending.abort(); // ends what waits
    this.sending = null;
    // Of several pages the others wait for the one that is refused to be replaced.
    const refused = this.uploads.filter((upload) => error.upload && upload.id === error.upload);
    for (const upload of refused.length ? refused : this.uploads) upload.cancel();
    this.view.ends(isCancelled ? SAID.cancelled : "");
    if (isCancelled) this.view.button("envoyer").focus();
    else this.fault(error instanceof Refusal ? error.message : SAID.failed);
  }

  // Why what was chosen cannot be sent; photographs are made smaller.
  refused() {
    const { files } = this.chosen;
    if (files.length > this.mostFiles) return `Vous pouvez réunir ${this.mostFiles} fichiers au plus : retirez les autres.`;
    if (files.length > 1 && !files.every(isPage)) return SAID.mixed;
    const large = files.find((file) => file.size > this.limit && !isPicture(file));
    return large ? `Ce fichier fait ${sizeInWords(large.size)} ; la taille ne doit pas excéder ${sizeInWords(this.limit)}.` : "";
  }

  shrunkInWords(files) {
    const what = files.length > 1 ? "Vos fichiers ont été réduits" : "Votre photo a été réduite";
    return `${what} de ${sizeInWords(sum(this.chosen.files))} à ${sizeInWords(sum(files))}.`;
  }

  fault(words) {
    this.input.closest(".fr-upload-group").classList.toggle("fr-upload-group--error", Boolean(words));
    if (words) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    const message = document.createElement("p");
    message.className = "fr-message fr-message--error";
    message.textContent = words;
    document.getElementById(`${this.input.id}-messages`).replaceChildren(...(words ? [message] : []));
    if (words) this.input.focus();
  }
}

const sum = (files) => files.reduce((total, file) => total + file.size, 0);

const stubbornInWords = (file) =>
  `La photo « ${file.name} » fait ${sizeInWords(file.size)} et votre navigateur ne sait pas la réduire. Dans les réglages de l'appareil ` +
  "photo, choisissez le format JPEG (« Le plus compatible ») et une définition plus basse, puis recommencez.";

for (const form of document.querySelectorAll("form[data-envois]")) new DepositForm(form);
