// Waiting for something to become so.
import { setTimeout as pause } from "node:timers/promises";

/** The most that anything may take, in milliseconds. */
export const PATIENCE = 60_000;
const LOOK_AGAIN = 100;

export async function until(what, isSo) {
  const end = Date.now() + PATIENCE;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`it never came to this: ${what}`);
    await pause(LOOK_AGAIN);
  }
}
