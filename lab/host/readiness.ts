import { setTimeout as sleep } from "node:timers/promises";

/** How often a condition is looked at, unless set otherwise. */
const intervalMs = 100;

/**
 * Waits until `check` returns a value other than undefined or false, and returns it.
 * An exception of `check` counts as "not yet"; the last one is told when time runs out.
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  limits: { timeoutMs: number; intervalMs?: number; signal?: AbortSignal },
): Promise<T> {
  const deadline = Date.now() + limits.timeoutMs;
  let last: unknown;
  for (;;) {
    limits.signal?.throwIfAborted();
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const reason = last instanceof Error ? ` Last: ${last.message}` : "";
      throw new Error(`Waited ${limits.timeoutMs / 1000} s for ${what}, in vain.${reason}`);
    }
    await sleep(limits.intervalMs ?? intervalMs);
  }
}
