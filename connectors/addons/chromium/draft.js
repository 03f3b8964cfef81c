/** What a compose window tells of a mail, as the door wants it (pure). */
import { header } from "../common/header.js";

/** @typedef {{name: string, address: string}} Party */

/**
 * @param {{from: Party|null, to: Party[], cc: Party[], bcc: Party[], subject: string, text: string}} told
 * @returns {import("../common/door.js").Draft}
 */
export function draft({ from, to, cc, bcc, subject, text }) {
  return {
    from: from ? header(from) : "",
    to: to.map(header),
    cc: cc.map(header),
    bcc: bcc.map(header),
    subject,
    text,
  };
}

/** Everybody whom a mail goes to by an address. */
export function parties({ to, cc, bcc }) {
  return [...to, ...cc, ...bcc].filter(({ address }) => address.includes("@"));
}
