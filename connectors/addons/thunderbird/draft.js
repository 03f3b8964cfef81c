/** What Thunderbird knows of a mail that is being written, as the door wants it (pure). */
import { header } from "../common/header.js";

/**
 * A recipient as Thunderbird shows it, `Name <address>`. The name is not quoted, whatever is in it.
 * @param {string} shown
 */
export function party(shown) {
  const found = /^(.*)<([^<>]*)>\s*$/s.exec(shown);
  if (!found) return { name: "", address: shown.trim() };
  return { name: found[1].trim().replace(/^"(.*)"$/s, "$1"), address: found[2].trim() };
}

/** Everybody whom the mail goes to by an address. */
export function parties(details) {
  return everybody(details).filter(({ address }) => address.includes("@"));
}

/** The lists of the address book that the mail goes to: who is in them needs a right to all of the book. */
export function lists(details) {
  return everybody(details)
    .filter(({ address }) => !address.includes("@"))
    .map(({ name, address }) => name || address);
}

/**
 * The text is Thunderbird's own: what it would send as plain text, with quotes marked by "> ".
 * @param {object} details a `compose.ComposeDetails`
 * @returns {import("../common/door.js").Draft}
 */
export function draft(details) {
  return {
    from: several(details.from).map(party).map(header)[0] ?? "",
    to: several(details.to).map(party).map(header),
    cc: several(details.cc).map(party).map(header),
    bcc: several(details.bcc).map(party).map(header),
    subject: details.subject ?? "",
    text: details.plainTextBody ?? "",
    in_reply_to: details.type === "reply" ? answered(details.body ?? "") : "",
  };
}

/** The Message-ID that a quote is marked with: the mail itself needs a right to all mail to be looked at. */
function answered(html) {
  const found = /<blockquote\b[^>]*\bcite="mid:([^"]+)"/i.exec(html);
  if (!found) return "";
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return found[1];
  }
}

function everybody(details) {
  return [details.to, details.cc, details.bcc].flatMap(several).map(party);
}

function several(value) {
  return [value ?? []].flat().filter((one) => typeof one === "string" && one.trim());
}
