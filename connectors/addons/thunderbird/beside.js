/**
 * The hint beside a mail: how the owner stands with its recipients. Thunderbird tells nobody that recipients have
 * changed, so the mail that has the focus is looked at now and then.
 */
import { hint } from "../common/door.js";
import { parties } from "./draft.js";
import { place } from "./kept.js";
import { showBeside } from "./sign.js";

const EVERY = 3000;
/** Recipients that are looked up; nobody reads more. */
const MOST = 12;
const seen = new Map();

/**
 * One line for each recipient of whom the door has something to say.
 * @returns {Promise<{name: string, hint: string}[]>}
 */
export async function hints(details) {
  const here = await place();
  const found = parties(details)
    .slice(0, MOST)
    .map(async ({ name, address }) => ({ name: name || address, hint: await hint(here, address) }));
  return (await Promise.all(found)).filter((one) => one.hint);
}

export function watch() {
  setInterval(() => look().catch(() => {}), EVERY);
}

/** The mail is sent, or thrown away. */
export function forget(tabId) {
  seen.delete(tabId);
}

async function look() {
  const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true });
  if (tab?.type !== "messageCompose" || !(await browser.windows.get(tab.windowId)).focused) return;
  const details = await browser.compose.getComposeDetails(tab.id);
  const recipients = JSON.stringify(parties(details));
  if (seen.get(tab.id) === recipients) return;
  seen.set(tab.id, recipients);
  await showBeside(
    tab.id,
    (await hints(details)).map((one) => `${one.name}: ${one.hint}`),
  );
}
