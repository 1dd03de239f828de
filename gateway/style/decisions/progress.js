/* How far the decision on a selection is: a bar with its text, « Arrêter », then the report. */

import { element } from "../elements.js";

export class DecisionProgress {
  constructor(place) {
    this.place = place;
    this.bar = place.querySelector("progress");
    this.stop = place.querySelector("[data-arreter] button");
    this.stop.addEventListener("click", () => {
      this.stop.disabled = true;
      this.onStop();
    });
  }

  part(name) {
    return this.place.querySelector(`[data-${name}]`);
  }

  start(total) {
    this.part("refus").replaceChildren();
    this.part("bilan").replaceChildren();
    this.part("bilan").className = "";
    this.stop.disabled = false;
    this.setRunning(true);
    this.show(0, total);
    this.place.scrollIntoView({ block: "start" });
    this.stop.focus();
  }

  show(done, total) {
    this.bar.max = total;
    this.bar.value = done;
    this.part("nombre").textContent = `${done} sur ${total}`;
  }

  // `refusals`: lines of the server's report.
  addRefusals(refusals) {
    this.part("refus").append(...refusals);
  }

  // Written at once, so that it is announced once.
  end({ lines, severity }) {
    this.setRunning(false);
    const report = this.part("bilan");
    report.className = `fr-alert fr-alert--sm fr-alert--${severity}`;
    report.replaceChildren(...lines.map((line) => element("p", {}, line)));
    this.place.focus();
  }

  setRunning(running) {
    this.place.hidden = false;
    this.part("en-cours").hidden = !running;
    this.place.setAttribute("aria-busy", String(running));
  }
}
