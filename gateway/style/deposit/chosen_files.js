/* The list of chosen files: thumbnail or name, and size. Photographs chosen one after another are added to the list; they can be reordered
   and removed. The file control always contains the same files. */

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
    const line = document.createElement("li");
    line.className = "portail-fichier";
    const words = element("p", "portail-fichier__nom", file.name);
    words.append(" ", element("span", "fr-hint-text", `(${sizeInWords(file.size)})`));
    line.append(this.buildThumbnail(file), words, this.buildButtons(file, index));
    return line;
  }

  buildThumbnail(file) {
    const place = element("span", "portail-fichier__image");
    if (isPicture(file)) {
      decoded(file, { resizeHeight: THUMBNAIL_HEIGHT }).then((picture) => {
        if (!picture) return;
        const canvas = element("canvas");
        canvas.width = picture.width;
        canvas.height = picture.height;
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
    const place = element("span", "portail-fichier__boutons");
    const last = this.files.length - 1;
    if (index > 0) place.append(this.buildButton("Monter", "arrow-up-line", file, () => this.move(index, index - 1, "Monter")));
    if (index < last) place.append(this.buildButton("Descendre", "arrow-down-line", file, () => this.move(index, index + 1, "Descendre")));
    place.append(this.buildButton("Retirer", "close-line", file, () => this.remove(index)));
    return place;
  }

  buildButton(label, icon, file, act) {
    const button = element("button", `fr-btn fr-btn--tertiary fr-btn--sm fr-icon-${icon}`, `${label} ${file.name}`);
    button.type = "button";
    button.title = label;
    button.addEventListener("click", act);
    return button;
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

function element(tag, className = "", words = "") {
  const created = document.createElement(tag);
  created.className = className;
  created.textContent = words;
  return created;
}
