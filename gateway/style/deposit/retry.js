/* Retries after temporary failures: after growing delays, at once when the network is back or the page is visible again. */

import { TemporaryFailure } from "./request.js";

const DELAYS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000];

export class Retry {
  // `onFailure(failure)` is called before each wait, `onSuccess()` once a retry has succeeded.
  constructor(signal, onFailure, onSuccess) {
    Object.assign(this, { signal, onFailure, onSuccess });
    const wake = () => this.wake();
    window.addEventListener("online", wake, { signal });
    document.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
    signal.addEventListener("abort", wake);
  }

  wake() {
    this.endWait?.();
  }

  async until(step) {
    for (let failures = 0; ; failures += 1) {
      try {
        const result = await step();
        if (failures) this.onSuccess();
        return result;
      } catch (failure) {
        if (!(failure instanceof TemporaryFailure)) throw failure;
        this.onFailure(failure);
        await this.wait(Math.max(DELAYS_MS[Math.min(failures, DELAYS_MS.length - 1)], failure.seconds * 1000));
        this.signal.throwIfAborted();
      }
    }
  }

  wait(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
