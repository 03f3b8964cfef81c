/** The way to the service worker, which may be asleep, or gone for good where the add-on has been renewed. */
import { PATIENCE } from "../common/door.js";

/** Milliseconds for the service worker to wake up and to answer, beside those that the door is given. */
const WAKING = 1000;

/**
 * @param {"check"|"answered"|"hints"|"trouble"} what
 * @param {object} more
 * @returns {Promise<any>} what the service worker says
 * @throws {Error} where it says nothing
 */
export async function desk(what, more) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("it does not answer")), PATIENCE + WAKING);
  });
  return Promise.race([chrome.runtime.sendMessage({ ask: what, ...more }), late]).finally(() => clearTimeout(timer));
}

/** Say something, where it is heard. */
export function mention(what, more) {
  return desk(what, more).catch(() => {});
}
