/* Tries again what passes by itself: after growing delays, at once when the line is back or the page is looked at again. */

import { Passing } from "./exchange.js";

const DELAYS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000];

export class Retry {
  // `waits(trouble)` is told before a wait, `goesOn()` once a try after it has succeeded.
  constructor(signal, waits, goesOn) {
    Object.assign(this, { signal, waits, goesOn });
    const wake = () => this.wake();
    window.addEventListener("online", wake, { signal });
    document.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
    signal.addEventListener("abort", wake);
  }

  wake() {
    this.woken?.();
  }

  async until(step) {
    for (let failures = 0; ; failures += 1) {
      try {
        const result = await step();
        if (failures) this.goesOn();
        return result;
      } catch (trouble) {
        if (!(trouble instanceof Passing)) throw trouble;
        this.waits(trouble);
        await this.wait(Math.max(DELAYS_MS[Math.min(failures, DELAYS_MS.length - 1)], trouble.seconds * 1000));
        this.signal.throwIfAborted();
      }
    }
  }

  wait(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.woken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
