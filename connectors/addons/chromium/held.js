/** Holds a mail until the door has been asked, and the owner where there is something to say. */
import { desk, mention } from "./desk.js";
import { draft, parties } from "./draft.js";

const UNEXPECTED = "Something went wrong in this add-on";
const STUCK = "A mail could not be sent for you: press Send again, and it goes unchecked";

/**
 * The one place that knows a mail program: what everything else here needs of a window to write in.
 * @typedef {object} Compose
 * @property {() => Promise<string[]>} names of this draft, the same for as long as it is written
 * @property {() => Parameters<typeof draft>[0]} read
 * @property {(listener: (attempt: {hold: () => void, go: () => Promise<void> | void}) => void) => void} onSend the owner wants to
 *   send: `hold` at once keeps the mail, `go` does what the owner wanted, and is no attempt of its own
 * @property {(listener: () => void) => void} onPeople the recipients have changed
 * @property {(rows: number) => {el: HTMLElement, remove: () => void}} line opens room for rows of text beside the mail
 * @property {() => DOMRect} place where the mail is written
 * @property {Promise<void>} gone the window is closed
 */

/**
 * @param {Compose} compose
 * @param {typeof import("./dialog.js").warn} warn
 */
export function hold(compose, warn) {
  let busy = false;
  let stuck = false;
  compose.onSend(async (attempt) => {
    if (stuck) return; // whoever cannot let go must not hold
    attempt.hold();
    if (busy) return;
    busy = true;
    const go = await mayGo(compose, warn).finally(() => (busy = false));
    if (!go) return;
    try {
      await attempt.go();
    } catch (error) {
      stuck = true;
      mention("trouble", { trouble: `${STUCK} (${error?.name}).` });
    }
  });
}

async function mayGo(compose, warn) {
  try {
    const told = compose.read();
    if (!parties(told).length) return true; // and let the mail program say so
    const names = await compose.names();
    const verdict = await desk("check", { draft: draft(told), names });
    if (verdict === null) return true;
    const answer = await warn(compose, verdict);
    mention("answered", { names, check: verdict.check, answer });
    return answer !== "edit";
  } catch (error) {
    mention("trouble", { trouble: `${UNEXPECTED} (${error?.name}).` });
    return true;
  }
}
