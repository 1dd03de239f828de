/* Shows a running upload: its state in words, its progress, and the buttons « Réessayer » and « Annuler ». */

import { sizeInWords } from "./sizes.js";

const CAUSES = {
  line: "La connexion est interrompue. L'envoi reprendra de lui-même là où il s'est arrêté : laissez cette page ouverte.",
  service:
    "Le portail ne peut pas recevoir votre fichier pour le moment ; ni votre fichier ni votre connexion ne sont en cause. " +
    "L'envoi reprendra de lui-même là où il s'est arrêté.",
  session:
    "Votre session est terminée. Identifiez-vous dans un nouvel onglet, puis revenez ici : l'envoi reprendra là où il s'est arrêté.",
};

export class Progress {
  constructor(form, { onCancel, onRetry }) {
    this.form = form;
    this.bar = form.querySelector("progress");
    this.button("annuler").addEventListener("click", onCancel);
    this.button("reessayer").addEventListener("click", onRetry);
    this.activity = "BroadcastChannel" in window ? new BroadcastChannel("portail-session") : null;
  }

  part(name) {
    return this.form.querySelector(`[data-${name}]`);
  }

  button(name) {
    return this.part(name).querySelector("button");
  }

  start(words) {
    this.show(true);
    this.resume(words);
    this.button("annuler").focus();
  }

  resume(words) {
    this.state = words;
    this.setState(words);
    this.part("reessayer").hidden = this.part("identification").hidden = true;
  }

  showFailure(failure) {
    this.setState((failure.cause === "service" && failure.message) || CAUSES[failure.cause]);
    this.part("reessayer").hidden = false;
    this.part("identification").hidden = failure.cause !== "session";
  }

  // After a failure this is the sign that sending goes on. It counts as activity, which postpones the warning before the end of the session.
  setProgress(sent, total) {
    this.resume(this.state);
    const percent = total ? Math.floor((sent * 100) / total) : 0;
    this.bar.value = percent;
    this.part("pourcentage").textContent = `${percent} % de ${sizeInWords(total)}`;
    this.activity?.postMessage("active");
  }

  end(words) {
    this.show(false);
    this.resume(words);
  }

  show(underWay) {
    this.part("envoi").hidden = false;
    this.part("avancement").hidden = this.part("annuler").hidden = !underWay;
    this.part("envoyer").hidden = underWay;
    this.form.setAttribute("aria-busy", String(underWay));
    for (const control of this.form.querySelectorAll("[type=file], [data-fichiers] button")) control.disabled = underWay;
  }

  // Written only when it changes: screen readers announce each change.
  setState(words) {
    const line = this.part("etat");
    if (line.textContent !== words) line.textContent = words;
  }
}
