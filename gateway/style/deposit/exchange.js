/* One request about an upload: a good answer, a refusal for good, or a trouble that passes by itself. */

const SILENCE_MS = 90_000;
const LONGEST_WAIT_S = 120; // who is asked to wait longer is told so instead
const PASSING = new Set([408, 423, 429, 500, 502, 503, 504]);

// `status` is 0 where the page itself refuses; `upload` is the one of several that it is about.
export class Refusal extends Error {
  constructor(words, status = 0, upload = null) {
    super(words);
    Object.assign(this, { status, upload });
  }
}

// `cause` is "line", "service" or "session".
export class Passing extends Error {
  constructor(cause, words = "", seconds = 0) {
    super(words);
    Object.assign(this, { cause, seconds });
  }
}

export async function exchange(address, options, signal) {
  const answer = await fetched(address, options, signal);
  if (answer.ok) return answer;
  if (answer.status === 401) throw new Passing("session");
  const problem = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("Retry-After") || 0);
  if (PASSING.has(answer.status) && seconds <= LONGEST_WAIT_S) throw new Passing("service", problem.detail, seconds);
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
    throw new Passing("line");
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
  }
}
