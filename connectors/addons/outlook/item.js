/** What Outlook knows of a mail that is being written, as the door wants it, and a mark that goes with that mail. */

/** Under what the mark lies in the mail's session, which ends when its window is closed. */
const MARK = "goodwill";

/**
 * One thing after the other: Outlook takes few questions at a time.
 * @param {object} item an `Office.MessageCompose`
 * @returns {Promise<import("../common/door.js").Draft>}
 */
export async function draft(item) {
  const found = { from: header(await told(item.from)) };
  for (const field of ["to", "cc", "bcc"]) found[field] = (await told(item[field])).filter(isReachable).map(header);
  found.subject = await told(item.subject);
  found.text = await told(item.body, "text");
  found.in_reply_to = typeof item.inReplyTo === "string" ? item.inReplyTo.replace(/^<|>$/g, "") : "";
  return found;
}

/** Everybody whom the mail goes to by an address. */
export async function parties(item) {
  const found = [];
  for (const field of ["to", "cc", "bcc"]) found.push(...(await told(item[field])));
  return found.filter(isReachable).map((one) => ({ name: one.displayName || "", address: one.emailAddress }));
}

/** The check that the owner was asked about while writing this mail, "" for none. */
export function marked(item) {
  return told(item.sessionData, MARK).catch(() => "");
}

/** The owner is asked about this check now. */
export function mark(item, check) {
  return new Promise((resolve) => item.sessionData.setAsync(MARK, check, resolve));
}

/** What one of Outlook's getters says. */
function told(source, ...words) {
  return new Promise((resolve, reject) => {
    source.getAsync(...words, ({ status, value, error }) =>
      status === "succeeded" ? resolve(value) : reject(new Error(error ? error.message : status)),
    );
  });
}

function isReachable(one) {
  return typeof one.emailAddress === "string" && one.emailAddress.includes("@");
}

function header(one) {
  if (!one) return "";
  const { displayName: name, emailAddress: address } = one;
  return name && name !== address ? `"${name.replace(/["\\]/g, "\\$&")}" <${address}>` : address;
}
