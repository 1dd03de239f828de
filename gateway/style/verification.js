// Checks what the QR of a paper holds: facts that the portal signed, behind « # » in the address, which no server is sent.
// A browser that does not know Ed25519 shows what the portal answered alone.

const SIGNATURE_BYTES = 64;
const KEYS = "/.well-known/paper-keys.json";

async function isSigned(facts, signature) {
  const { keys } = await (await fetch(KEYS)).json();
  for (const { kty, crv, x } of keys) {
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
    if (await crypto.subtle.verify({ name: "Ed25519" }, key, signature, facts)) return true;
  }
  return false;
}

/** Each fact that the page shows, as the QR has it: the page and the QR may be those of two papers. */
function saysTheSame(facts) {
  const said = JSON.parse(new TextDecoder().decode(facts)).slice(0, -1).map((fact) => String(fact ?? ""));
  return [...document.querySelectorAll("[data-fait]")].every((shown) => said.includes(shown.dataset.fait));
}

async function check(held) {
  const bytes = Uint8Array.from(atob(held.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const facts = bytes.slice(0, -SIGNATURE_BYTES);
  const isGood = (await isSigned(facts, bytes.slice(-SIGNATURE_BYTES))) && saysTheSame(facts);
  document.getElementById(isGood ? "qr-signe" : "qr-non-signe").hidden = false;
}

const held = location.hash.slice(1);
if (held && crypto.subtle && document.getElementById("qr-signe")) {
  check(held).catch((error) => {
    if (error instanceof DOMException && error.name === "NotSupportedError") return;
    if (error instanceof TypeError) return; // the keys did not come
    document.getElementById("qr-non-signe").hidden = false;
  });
}
