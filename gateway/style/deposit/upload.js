/* Sends one file in small parts (tus 1.0.0). An interrupted upload continues from the offset that the portal returns; in the same tab also
   after a reload of the page, if the same file is chosen again: the address of its upload is stored for the session. */

import { Refusal, sendRequest } from "./request.js";

const TUS = { "Tus-Resumable": "1.0.0" };
const GONE = new Set([404, 410]);

const inBase64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

export class Upload {
  // `address`: where uploads for this piece are created; `mark`: distinguishes the file from others.
  constructor(address, partBytes, file, mark, signal) {
    Object.assign(this, { address, partBytes, file, signal, key: `envoi ${address} ${mark}`, offset: null });
    this.url = this.storedUrl();
  }

  get id() {
    return this.url?.split("/").pop();
  }

  async send(retry, onProgress) {
    while (this.offset !== this.file.size) {
      await retry.until(() => this.step());
      onProgress(this.offset || 0);
    }
    return this.id;
  }

  step() {
    if (!this.url) return this.begin();
    return this.offset === null ? this.readOffset() : this.append();
  }

  async begin() {
    const headers = { ...TUS, "Upload-Length": String(this.file.size), "Upload-Metadata": `filename ${inBase64(this.file.name)}` };
    const answer = await sendRequest(this.address, { method: "POST", headers }, this.signal);
    this.url = new URL(answer.headers.get("Location"), location.href).pathname;
    this.offset = 0;
    this.storeUrl();
  }

  async readOffset() {
    try {
      const { headers } = await sendRequest(this.url, { method: "HEAD", headers: TUS }, this.signal);
      if (Number(headers.get("Upload-Length")) !== this.file.size) return this.forget();
      this.offset = Number(headers.get("Upload-Offset"));
    } catch (error) {
      if (!(error instanceof Refusal) || !GONE.has(error.status)) throw error;
      this.forget();
    }
    return undefined;
  }

  async append() {
    const body = this.file.slice(this.offset, this.offset + this.partBytes);
    const headers = { ...TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(this.offset) };
    const from = this.offset;
    this.offset = null; // unknown until it is answered
    try {
      const answer = await sendRequest(this.url, { method: "PATCH", headers, body }, this.signal);
      this.offset = Number(answer.headers.get("Upload-Offset"));
    } catch (error) {
      const isElsewhere = error instanceof Refusal && (error.status === 409 || GONE.has(error.status));
      if (!isElsewhere || this.conflictOffset === from) throw error;
      this.conflictOffset = from;
    }
  }

  // Deletes the upload in the portal, where it otherwise expires.
  async cancel() {
    if (this.url) await fetch(this.url, { method: "DELETE", headers: TUS, keepalive: true }).catch(() => null);
    this.forget();
  }

  storedUrl() {
    try {
      return sessionStorage.getItem(this.key);
    } catch {
      return null;
    }
  }

  storeUrl() {
    try {
      sessionStorage.setItem(this.key, this.url);
    } catch {
      /* The browser stores nothing: the upload can be resumed only while the page is open. */
    }
  }

  forget() {
    this.url = this.offset = null;
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      /* Nothing was stored. */
    }
  }
}
