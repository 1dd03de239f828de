/* Reduces photographs in the browser below a size limit: fewer pixels and stronger compression, as little of both as possible. Files that the
   browser cannot decode stay unchanged. */

// [longest side, quality of the JPEG], best first: for a separate file, and for a page to be joined, which the portal reduces and
// compresses again: not below its own side and quality where there is room.
const ALONE = [
  [4000, 0.85],
  [3200, 0.8],
  [2600, 0.8],
  [2000, 0.8],
  [2000, 0.6],
  [1600, 0.6],
  [1200, 0.5],
];
const JOINED = [2000, 1800, 1600, 1400, 1200, 1000].map((side) => [side, 0.8]);
// Ends of names and media types, which the page knows (gateway/file_rules.py).
const PICTURES = document.querySelector("[data-photos]").dataset.photos.split(",");

export function isPicture(file) {
  const name = file.name.toLowerCase();
  return PICTURES.some((picture) => name.endsWith(picture) || file.type === picture);
}

export const isPage = (file) => isPicture(file) || /\.pdf$/i.test(file.name);

// The picture, upright; null if the browser cannot decode it.
export const decoded = (file, options = {}) =>
  createImageBitmap(file, { imageOrientation: "from-image", ...options }).catch(() => null);

export async function reduced(file, limit, { joined = false } = {}) {
  if (file.size <= limit || !isPicture(file)) return file;
  const picture = await decoded(file);
  if (!picture) return file;
  try {
    for (const [side, quality] of joined ? JOINED : ALONE) {
      const blob = await asJpeg(picture, side, quality);
      if (blob && blob.size <= limit) return new File([blob], file.name.replace(/\.\w+$|$/, ".jpg"), { type: "image/jpeg" });
    }
    return file;
  } finally {
    picture.close();
  }
}

function asJpeg(picture, side, quality) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // transparent parts of a PNG would become black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}
