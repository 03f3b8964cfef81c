/**
 * InboxSDK as it goes into the add-on: it reports what it does and what goes wrong to its makers, and its options
 * switch off only a part of that. What is cut out here is named piece by piece; a release in which a piece is not
 * found is not built.
 */

const PIECES = [
  // What happens: kept in Gmail's localStorage, and sent to its makers every two minutes.
  ["function _trackEvent(appId, type, eventName, properties) {", "$& return;"],
  // It would send what other extensions have put there, too; they may do so themselves.
  ["if (typeof document === 'undefined') {\n    return true; // for unit tests\n  }", "return false;"],
  ["https://api.inboxsdk.com/api/v2/events/oauth", "data:,"],
  ["https://pubsub.googleapis.com/v1/projects/mailfoogae/topics/events:publish?", "data:,"],
  // What goes wrong, with a hash of the owner's address.
  ["const sendError = rateLimit(function (report) {", "$& return;"],
  ["https://api.inboxsdk.com/api/v2/errors", "data:,"],
  // People are looked up at Google; nothing here asks for that.
  ["https://people-pa.clients6.google.com/", "data:,"],
  // Whatever else it should ask for, it gets from Gmail only.
  ["const server = match[1];", "$& if (server !== 'mail.google.com') throw new Error('nothing is sent but to Gmail');"],
  // It does not tell which button was pressed, and "Send and archive" is another one than "Send".
  ["eventName: 'presending',\n    data: {", "$& sendAndArchive: Boolean(sendAndArchive?.contains(domEvent.target)),"],
];
/** Pictures of buttons that the add-on does not show. */
const PICTURES = /url\(https:\/\/[a-z]+\.gstatic\.com\/[^)]*\)/g;

/**
 * @param {string} source `inboxsdk.js` of the package
 * @throws {Error} where it is another release than the one that was read
 */
export function trimmed(source) {
  for (const [piece, instead] of PIECES) {
    if (source.split(piece).length !== 2) throw new Error(`InboxSDK has changed, read it anew: ${piece}`);
    source = source.replace(piece, (found) => instead.replace("$&", () => found));
  }
  return source.replace(PICTURES, "none");
}
