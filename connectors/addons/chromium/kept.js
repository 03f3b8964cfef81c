/** What the add-on keeps: where the door is with its token, why the last mail was not checked, what was answered. */
import { PORT } from "../common/door.js";

/** Keep the token from whatever runs beside a page. */
export function keepToOurselves() {
  return chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" });
}

/** @returns {Promise<import("../common/door.js").Place>} */
export async function place() {
  const { port = PORT, token = "" } = await chrome.storage.local.get(["port", "token"]);
  return { port, token };
}

/** @param {import("../common/door.js").Place} found */
export function keepPlace({ port, token }) {
  return chrome.storage.local.set({ port, token });
}

/** Why the last mail was not checked, "" where it was. */
export async function trouble() {
  return (await chrome.storage.local.get("trouble")).trouble ?? "";
}

export async function keepTrouble(told) {
  if (told !== (await trouble())) await chrome.storage.local.set({ trouble: told });
}

/**
 * The checks that the owner has answered for a draft, until the browser ends.
 * @param {string[]} names of the draft: it may get more of them while it is written
 */
export async function passed(names) {
  return Object.values(await chrome.storage.session.get(names.map(key)));
}

export function keepPassed(names, check) {
  return chrome.storage.session.set(Object.fromEntries(names.map((name) => [key(name), check])));
}

function key(name) {
  return `passed ${name}`;
}
