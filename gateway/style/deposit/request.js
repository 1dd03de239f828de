/* One request about an upload: it succeeds, is refused for good (Refusal), or fails for a while (TemporaryFailure). */

const SILENCE_MS = 90_000;
const LONGEST_WAIT_S = 120; // who is asked to wait longer is told so instead
const TEMPORARY_STATUSES = new Set([408, 423, 429, 500, 502, 503, 504]);

// `status` is 0 where the page itself refuses; `upload` is the id of the upload that was refused, of several.
export class Refusal extends Error {
  constructor(words, status = 0, upload = null) {
    super(words);
    Object.assign(this, { status, upload });
  }
}

// `cause` is "line", "service" or "session".
export class TemporaryFailure extends Error {
  constructor(cause, words = "", seconds = 0) {
    super(words);
    Object.assign(this, { cause, seconds });
  }
}

export async function sendRequest(address, options, signal) {
  const answer = await fetched(address, options, signal);
  if (answer.ok) return answer;
  if (answer.status === 401) throw new TemporaryFailure("session");
  const problem = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("Retry-After") || 0);
  if (TEMPORARY_STATUSES.has(answer.status) && seconds <= LONGEST_WAIT_S) throw new TemporaryFailure("service", problem.detail, seconds);
  throw new Refusal(problem.detail || "L'envoi a été refusé.", answer.status, problem.upload);
}

async function fetched(address, { headers, ...options }, signal) {
  signal.throwIfAborted();
  const request = new AbortController();
  const stop = () => request.abort();
  const silence = setTimeout(stop, SILENCE_MS);
  signal.addEventListener("abort", stop);
  try {
    const asked = { Accept: "application/problem+json", ...headers };
    return await fetch(address, { ...options, headers: asked, signal: request.signal });
  } catch {
    signal.throwIfAborted();
    throw new TemporaryFailure("line");
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
  }
}
