/* Shows an upload under way: its state in words, its progress, and the buttons « Réessayer » and « Annuler ». */

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
  constructor(form, { cancels, triesAgain }) {
    this.form = form;
    this.bar = form.querySelector("progress");
    this.button("annuler").addEventListener("click", cancels);
    this.button("reessayer").addEventListener("click", triesAgain);
    this.activity = "BroadcastChannel" in window ? new BroadcastChannel("portail-session") : null;
  }

  part(name) {
    return this.form.querySelector(`[data-${name}]`);
  }

  button(name) {
    return this.part(name).querySelector("button");
  }

  begins(words) {
    this.show(true);
    this.goesOn(words);
    this.button("annuler").focus();
  }

  goesOn(words) {
    this.words = words;
    this.say(words);
    this.part("reessayer").hidden = this.part("identification").hidden = true;
  }

  waits(trouble) {
    this.say((trouble.cause === "service" && trouble.message) || CAUSES[trouble.cause]);
    this.part("reessayer").hidden = false;
    this.part("identification").hidden = trouble.cause !== "session";
  }

  // Sending is activity: the warning of the session's end waits.
  progress(sent, total) {
    const percent = total ? Math.floor((sent * 100) / total) : 0;
    this.bar.value = percent;
    this.part("pourcentage").textContent = `${percent} % de ${sizeInWords(total)}`;
    this.activity?.postMessage("active");
  }

  ends(words) {
    this.show(false);
    this.goesOn(words);
  }

  show(underWay) {
    this.part("envoi").hidden = false;
    this.part("avancement").hidden = this.part("annuler").hidden = !underWay;
    this.part("envoyer").hidden = underWay;
    this.form.setAttribute("aria-busy", String(underWay));
    for (const control of this.form.querySelectorAll("[type=file], [data-fichiers] button")) control.disabled = underWay;
  }

  // Written only when it changes: each change is read aloud.
  say(words) {
    const state = this.part("etat");
    if (state.textContent !== words) state.textContent = words;
  }
}
