/** The two buttons, in the main window and beside the mail: they say where a mail could not be checked. */
import { keepTrouble } from "./kept.js";

const NAME = "Goodwill";

/** @param {string} trouble why the last mail was not checked, "" where it was */
export async function show(trouble) {
  const title = trouble ? `${NAME} could not check: ${trouble}` : NAME;
  const label = trouble ? "Not checked" : NAME;
  const path = trouble ? "icons/unchecked.svg" : "icons/goodwill.svg";
  for (const button of [browser.browserAction, browser.composeAction]) {
    await button.setTitle({ title });
    await button.setLabel({ label });
    await button.setIcon({ path });
  }
  await keepTrouble(trouble);
}

/** Beside one mail: what there is to say of its recipients; `lines` may be empty. */
export async function showBeside(tabId, lines) {
  const common = await browser.composeAction.getTitle({});
  await browser.composeAction.setTitle({ tabId, title: lines.length ? [common, ...lines].join("\n") : null });
}
