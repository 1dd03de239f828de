/* The list of chosen files: thumbnail or name, and size. Photographs chosen one after another are added to the list; they can be reordered
   and removed. The file control always contains the same files. */

import { element } from "../elements.js";
import { decoded, isPicture } from "./photographs.js";
import { sizeInWords } from "./sizes.js";

const THUMBNAIL_HEIGHT = 96;

export class ChosenFiles {
  constructor(input, list, onChange) {
    Object.assign(this, { input, list, onChange, files: [] });
    input.addEventListener("change", () => this.add([...input.files]));
  }

  add(files) {
    const adds = this.input.multiple && files.length && [...this.files, ...files].every(isPicture);
    this.setFiles(adds ? [...this.files, ...files] : files);
  }

  setFiles(files) {
    this.files = files;
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    this.input.files = transfer.files;
    this.list.hidden = !files.length;
    this.list.replaceChildren(...files.map((file, index) => this.buildItem(file, index)));
    this.onChange();
  }

  buildItem(file, index) {
    const size = element("span", { className: "fr-hint-text" }, `(${sizeInWords(file.size)})`);
    const words = element("p", { className: "portail-fichier__nom" }, file.name, " ", size);
    return element("li", { className: "portail-fichier" }, this.buildThumbnail(file), words, this.buildButtons(file, index));
  }

  buildThumbnail(file) {
    const place = element("span", { className: "portail-fichier__image" });
    if (isPicture(file)) {
      decoded(file, { resizeHeight: THUMBNAIL_HEIGHT }).then((picture) => {
        if (!picture) return;
        const canvas = element("canvas", { width: picture.width, height: picture.height });
        canvas.getContext("2d").drawImage(picture, 0, 0);
        picture.close();
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", `Aperçu de ${file.name}`);
        place.append(canvas);
      });
    }
    return place;
  }

  buildButtons(file, index) {
    const place = element("span", { className: "portail-fichier__boutons" });
    const last = this.files.length - 1;
    if (index > 0) place.append(this.buildButton("Monter", "arrow-up-line", file, () => this.move(index, index - 1, "Monter")));
    if (index < last) place.append(this.buildButton("Descendre", "arrow-down-line", file, () => this.move(index, index + 1, "Descendre")));
    place.append(this.buildButton("Retirer", "close-line", file, () => this.remove(index)));
    return place;
  }

  buildButton(label, icon, file, act) {
    const className = `fr-btn fr-btn--tertiary fr-btn--sm fr-icon-${icon}`;
    return element("button", { type: "button", className, title: label, onclick: act }, `${label} ${file.name}`);
  }

  move(from, to, label) {
    const files = [...this.files];
    files.splice(to, 0, ...files.splice(from, 1));
    this.setFiles(files);
    const line = this.list.children[to];
    (line.querySelector(`[title="${label}"]`) || line.querySelector("button")).focus();
  }

  remove(index) {
    this.setFiles(this.files.filter((_, other) => other !== index));
    (this.list.children[Math.min(index, this.files.length - 1)]?.querySelector("button:last-child") || this.input).focus();
  }
}
