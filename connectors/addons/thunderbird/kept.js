/** What the add-on keeps: where the door is with its token, and why the last mail was not checked. */
import { PORT } from "../common/door.js";

/** @returns {Promise<import("../common/door.js").Place>} */
export async function place() {
  const { port = PORT, token = "" } = await browser.storage.local.get(["port", "token"]);
  return { port, token };
}

/** @param {import("../common/door.js").Place} found */
export function keepPlace({ port, token }) {
  return browser.storage.local.set({ port, token });
}

/** Why the last mail was not checked, "" where it was. */
export async function trouble() {
  return (await browser.storage.local.get("trouble")).trouble ?? "";
}

export async function keepTrouble(told) {
  if (told !== (await trouble())) await browser.storage.local.set({ trouble: told });
}
