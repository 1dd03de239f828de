/* Sizes as the pages write them. */

const KILOBYTE = 1024;
const MEGABYTE = KILOBYTE * KILOBYTE;

// Rounded up, so that what is too large never reads like the limit itself.
export function sizeInWords(bytes) {
  if (bytes < MEGABYTE) return `${Math.ceil(bytes / KILOBYTE)} Ko`;
  return `${(Math.ceil((bytes * 10) / MEGABYTE) / 10).toLocaleString("fr-FR")} Mo`;
}
