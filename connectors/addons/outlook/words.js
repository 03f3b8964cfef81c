/** What Outlook's own dialog says of a warning: its text is all that an add-in may give to it (pure). */
import { describe } from "../common/warning.js";

/** Outlook shows no more of a message. */
export const LONGEST = 500;
const MORE = "Keep editing opens Goodwill beside the mail, with: Not an ask, We are close.";

/**
 * The warning in plain text: with all of its dates or, where those are too many, one for each reason.
 * @param {import("../common/door.js").Verdict} verdict
 */
export function plain(verdict) {
  const told = describe(verdict);
  const found = [Infinity, 1].map((dates) => lines(told, dates, (text) => text, "").join("\n"));
  return found.find((text) => text.length <= LONGEST) || `${found[1].slice(0, LONGEST - 1)}…`;
}

/** The same in Markdown, for an Outlook that knows it; undefined where that is too long. */
export function markdown(verdict) {
  const told = describe(verdict);
  return [Infinity, 1].map((dates) => lines(told, dates, escaped, "**").join("\n\n")).find((text) => text.length <= LONGEST);
}

function lines({ title, people, more }, dates, safe, strong) {
  const found = [`${strong}${safe(title)}${strong}`];
  for (const one of people) {
    if (people.length > 1) found.push(safe(`${one.name}:`));
    for (const { text, evidence } of one.reasons) found.push(`• ${safe(reason(text, evidence.slice(0, dates)))}`);
    if (one.instead.length) found.push(safe(`What would make it fine: ${one.instead.join(". ")}.`));
  }
  if (more) found.push(`and ${more} more`);
  return [...found, MORE];
}

function reason(text, evidence) {
  return evidence.length ? `${text} (${evidence.map(({ day, what }) => `${day}: ${what}`).join("; ")})` : text;
}

/** Nothing of mail becomes a link, an image or a heading. */
function escaped(text) {
  return text.replace(/[\\`*_{}[\]()<>#+!|~]/g, "\\$&");
}
