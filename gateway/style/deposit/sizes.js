/* Sizes as the pages write them (services/french.py). */

const KILOBYTE = 1024;
const MEGABYTE = KILOBYTE * KILOBYTE;

// Rounded up, so that a size above the limit is never shown as the limit itself.
export function sizeInWords(bytes) {
  if (bytes < KILOBYTE) return `${bytes} octet${bytes > 1 ? "s" : ""}`;
  if (bytes <= MEGABYTE - KILOBYTE) return `${Math.ceil(bytes / KILOBYTE)} Ko`;
  return `${(Math.ceil((bytes * 10) / MEGABYTE) / 10).toLocaleString("fr-FR")} Mo`;
}
