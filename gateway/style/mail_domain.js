/* Under a mail address: the one that was meant, where its domain is one slip away from one that many have (as
   gateway/mail_domains.py says without this script). It only proposes. */

import { element, message } from "./elements.js";

const isASlip = (typed, meant) => {
  let start = 0;
  while (start < typed.length && typed[start] === meant[start]) start += 1;
  const [t, m] = [typed.slice(start), meant.slice(start)];
  const swapped = t.length > 1 ? t[1] + t[0] + t.slice(2) : t;
  return m === t.slice(1) || m === swapped || m.slice(1) === t || m.slice(1) === t.slice(1);
};

function correctedAddress(input) {
  const domains = input.dataset.domaines.split(" ");
  const [, local, domain] = input.value.trim().match(/^(.+)@([^@]{7,})$/) || [];
  const typed = domain?.toLowerCase();
  const meant = typed && !domains.includes(typed) && domains.find((known) => isASlip(typed, known));
  return meant && `${local}@${meant}`;
}

function propose(input) {
  const place = document.getElementById(`${input.id}-messages`);
  place.querySelector("[data-proposition]")?.remove();
  const address = correctedAddress(input);
  if (!address) return;
  const onclick = () => {
    const typed = input.value;
    for (const field of input.form.querySelectorAll("input[type=email]")) if (field.value === typed) field.value = address;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  };
  const button = element("button", { type: "button", className: "fr-link fr-link--sm", onclick }, address);
  const sentence = element("span", {}, "Vouliez-vous dire\u00a0: ", button, "\u00a0?"); // the paragraph lays its parts out without spaces
  const proposal = message("info", sentence);
  proposal.dataset.proposition = "";
  place.append(proposal);
}

const proposeIn = (root) => root.querySelectorAll("[data-domaines]").forEach(propose);
document.addEventListener("change", (event) => event.target.dataset?.domaines && propose(event.target));
document.addEventListener("portail:contenu", (event) => proposeIn(event.detail));
proposeIn(document);
