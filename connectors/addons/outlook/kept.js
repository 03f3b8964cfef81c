/**
 * What the add-in keeps on this machine: its token, and why the last mail was not checked.
 *
 * Classic Outlook on Windows runs the event in a runtime without a localStorage, and shares `OfficeRuntime.storage`
 * between it and the pane; everywhere else both are pages of one origin, and share their localStorage. What is
 * written goes to each that is there. Outlook's roaming settings would leave the machine.
 */
/* global DOOR, OfficeRuntime */
const NAMES = { token: "goodwill-token", trouble: "goodwill-trouble", noticed: "goodwill-noticed" };

/** @returns {Promise<import("../common/door.js").Place>} */
export async function place() {
  return { base: DOOR, token: await read("token") };
}

/** @param {string} token "" to forget it */
export function keepToken(token) {
  return write("token", token);
}

/** Why the last mail was not checked, "" where it was. */
export function trouble() {
  return read("trouble");
}

export async function keepTrouble(told) {
  if (told === (await trouble())) return;
  await write("trouble", told);
  await write("noticed", "");
}

/** The trouble that the owner has not been told of yet, once; "" where there is none. */
export async function news() {
  const told = await trouble();
  if (!told || told === (await read("noticed"))) return "";
  await write("noticed", told);
  return told;
}

async function read(what) {
  for (const shelf of shelves()) {
    try {
      const found = await shelf.getItem(NAMES[what]);
      if (found) return found;
    } catch {
      // Outlook may show a storage that it does not have; the next one serves.
    }
  }
  return "";
}

async function write(what, value) {
  for (const shelf of shelves()) {
    try {
      await shelf.setItem(NAMES[what], value);
    } catch {
      // As above.
    }
  }
}

function shelves() {
  const found = [];
  if (typeof OfficeRuntime !== "undefined" && OfficeRuntime.storage) found.push(OfficeRuntime.storage);
  if (typeof localStorage !== "undefined") found.push(localStorage);
  return found;
}
