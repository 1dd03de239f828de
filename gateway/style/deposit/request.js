/* One request about an upload: it succeeds, is refused (Refusal), or may succeed later (TemporaryFailure). */

const TIMEOUT_MS = 90_000;
const MAX_RETRY_AFTER_S = 120; // seconds; a longer wait is shown as a refusal
const TEMPORARY_STATUSES = new Set([408, 423, 429, 500, 502, 503, 504]);

// `status`: 0 if the page itself refuses; `upload`: the id of the refused upload among several.
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
  const answer = await fetchOrFail(address, options, signal);
  if (answer.ok) return answer;
  if (answer.status === 401) throw new TemporaryFailure("session");
  const problem = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("Retry-After") || 0);
  if (TEMPORARY_STATUSES.has(answer.status) && seconds <= MAX_RETRY_AFTER_S) throw new TemporaryFailure("service", problem.detail, seconds);
  throw new Refusal(problem.detail || "L'envoi a été refusé.", answer.status, problem.upload);
}

async function fetchOrFail(address, { headers, ...options }, signal) {
  signal.throwIfAborted();
  const request = new AbortController();
  const stop = () => request.abort();
  const timer = setTimeout(stop, TIMEOUT_MS);
  signal.addEventListener("abort", stop);
  try {
    const allHeaders = { Accept: "application/problem+json", ...headers };
    return await fetch(address, { ...options, headers: allHeaders, signal: request.signal });
  } catch {
    signal.throwIfAborted();
    throw new TemporaryFailure("line");
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
