/** The button in the browser's bar: it says where a mail could not be checked. */
import { keepTrouble } from "./kept.js";

const NAME = "Goodwill";
const AMBER = "#b85a08";

/** @param {string} trouble why the last mail was not checked, "" where it was */
export async function show(trouble) {
  const icon = trouble ? "unchecked" : "goodwill";
  await chrome.action.setTitle({ title: trouble ? `${NAME} could not check: ${trouble}` : NAME });
  await chrome.action.setBadgeBackgroundColor({ color: AMBER });
  await chrome.action.setBadgeTextColor({ color: "#ffffff" });
  await chrome.action.setBadgeText({ text: trouble ? "!" : "" });
  await chrome.action.setIcon({ path: { 16: `icons/${icon}-16.png`, 32: `icons/${icon}-32.png` } });
  await keepTrouble(trouble);
}
