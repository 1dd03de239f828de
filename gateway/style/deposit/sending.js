/* Sends files in parts (tus 1.0.0) by tus-js-client, and asks for their deposit. What may succeed later is tried again: after growing delays, at
   once when the network is back or the page is visible again. In the same tab an upload continues also after a reload of the page, if the same
   file is chosen again: its address is stored for the session, without the file's name. */

import { DefaultHttpStack, Upload } from "tus-js-client/lib/browser/index.js"; // what the package names is larger, for older browsers

const HEADERS = { Accept: "application/problem+json" };
const TIMEOUT_MS = 90_000;
const DELAYS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000];
const MAX_RETRY_AFTER_S = 120; // seconds; a longer wait is shown as a refusal
const TEMPORARY_STATUSES = new Set([408, 423, 429, 500, 502, 503, 504]);
const GONE = new Set([404, 410]);

// `upload`: the id of the refused upload among several.
export class Refusal extends Error {
  constructor(words, upload = null) {
    super(words);
    this.upload = upload;
  }
}

// `cause` is "line", "service" or "session".
class TemporaryFailure extends Error {
  constructor(cause, words = "", seconds = 0) {
    super(words);
    Object.assign(this, { cause, seconds });
  }
}

export class Sending {
  // `onFailure(failure)` is called before each wait.
  constructor(onFailure) {
    Object.assign(this, { onFailure, uploads: [], failures: 0, isCancelled: false });
    const { signal } = (this.end = new AbortController());
    this.ended = new Promise((_, reject) => signal.addEventListener("abort", reject));
    this.ended.catch(() => {});
    window.addEventListener("online", () => this.wake(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.wake(), { signal });
  }

  // `address`: where uploads for this piece are created; `mark`: distinguishes the file from others.
  async send(file, { address, partBytes, mark, onProgress }) {
    const key = `envoi ${address} ${mark}`;
    const upload = new Upload(file, {
      endpoint: address,
      uploadUrl: sessionStorage.getItem(key),
      chunkSize: partBytes,
      metadata: { filename: file.name },
      headers: HEADERS,
      retryDelays: null, // whether and when it is tried again is said below
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => sessionStorage.setItem(key, upload.url),
      onBeforeRequest: limitTime,
      onAfterResponse: check,
      onProgress,
      onChunkComplete: () => (this.failures = 0),
    });
    this.uploads.push(Object.assign(upload, { key }));
    await this.untilPassed(() => new Promise((resolve, reject) => {
      const onError = ({ causingError }) => reject(causingError instanceof Error ? causingError : new TemporaryFailure("line"));
      Object.assign(upload.options, { onSuccess: resolve, onError });
      upload.start();
    }));
  }

  // Deposits the uploads; returns the address of the next page.
  async deposit(address) {
    const body = new URLSearchParams(this.uploads.map((upload) => ["envoi", idOf(upload)]));
    const next = await this.untilPassed(() => post(address, body));
    for (const { key } of this.uploads) sessionStorage.removeItem(key);
    return next;
  }

  async untilPassed(step) {
    for (;;) {
      try {
        return await Promise.race([step(), this.ended]);
      } catch (failure) {
        if (!(failure instanceof TemporaryFailure)) throw failure;
        this.onFailure(failure);
        await Promise.race([this.wait(failure.seconds * 1000), this.ended]);
      }
    }
  }

  wait(milliseconds) {
    const delay = DELAYS_MS[Math.min(this.failures, DELAYS_MS.length - 1)];
    this.failures += 1;
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, Math.max(delay, milliseconds));
    });
  }

  wake() {}

  cancel() {
    this.isCancelled = true;
    this.end.abort();
  }

  // Deletes uploads in the portal, where they otherwise expire: the refused one, else all. If one of several pages is refused, the uploads of
  // the others are kept until it is replaced.
  forget(refused) {
    this.end.abort();
    const one = this.uploads.filter((upload) => refused && idOf(upload) === refused);
    for (const upload of one.length ? one : this.uploads) {
      upload.abort(true).catch(() => {});
      sessionStorage.removeItem(upload.key);
    }
  }
}

const idOf = (upload) => upload.url?.split("/").pop();

async function post(address, body) {
  const request = new DefaultHttpStack().createRequest("POST", address);
  for (const [name, value] of Object.entries(HEADERS)) request.setHeader(name, value);
  limitTime(request);
  const answer = await request.send(body).catch(() => {
    throw new TemporaryFailure("line");
  });
  check(request, answer);
  return answer.getHeader("Location");
}

function limitTime(request) {
  const sent = request.getUnderlyingObject();
  sent.timeout = TIMEOUT_MS;
  sent.ontimeout = () => sent.onerror();
}

// An upload that is gone is begun anew by tus-js-client once it has asked for its state.
function check(request, answer) {
  const [method, status] = [request.getMethod(), answer.getStatus()];
  if (status < 300 || (method === "HEAD" && GONE.has(status))) return;
  if (status === 401) throw new TemporaryFailure("session");
  if (method === "PATCH" && (status === 409 || GONE.has(status))) throw new TemporaryFailure("service");
  const problem = problemIn(answer.getBody());
  const seconds = Number(answer.getHeader("Retry-After") || 0);
  if (TEMPORARY_STATUSES.has(status) && seconds <= MAX_RETRY_AFTER_S) throw new TemporaryFailure("service", problem.detail, seconds);
  throw new Refusal(problem.detail || "L'envoi a été refusé.", problem.upload);
}

function problemIn(body) {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
