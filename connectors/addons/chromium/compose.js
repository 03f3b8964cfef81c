/** Gmail's windows to write in, as InboxSDK finds them. */
import * as InboxSDK from "@inboxsdk/core";
import { APP_ID } from "./app_id.js";
import { plain } from "./plain.js";

const VERSION = 2;
/** Milliseconds in which Gmail has to name a draft; one that was not saved yet has no name there. */
const TO_NAME = 300;
/** Milliseconds in which InboxSDK has to press Send, which it does a moment after it is told to. */
const TO_SEND = 1000;
/** Pixels of a row of text, and around all of them: see beside.css. */
const ROW = 18;
const AROUND = 12;

/**
 * @param {(compose: import("./held.js").Compose) => void} handle gets every window, those to come too
 * @returns {Promise<void>} when Gmail has been found
 */
export async function composes(handle) {
  const sdk = await InboxSDK.load(VERSION, APP_ID, { eventTracking: false, globalErrorLogging: false });
  sdk.Compose.registerComposeViewHandler((view) => handle(compose(view)));
}

function compose(view) {
  const ours = crypto.randomUUID();
  let goes = null;
  return {
    names: async () => [ours, ...(await named(view))],
    read: () => ({
      from: party(view.getFromContact()),
      to: view.getToRecipients().map(party),
      cc: view.getCcRecipients().map(party),
      bcc: view.getBccRecipients().map(party),
      subject: view.getSubject(),
      text: plain(view.getBodyElement()),
    }),
    onSend(listener) {
      view.on("presending", (event) => {
        if (goes) {
          goes();
          goes = null;
          return;
        }
        const { sendAndArchive } = event; // known to ours only: see trimmed.js
        listener({
          hold: () => event.cancel(),
          go: () =>
            new Promise((resolve, reject) => {
              goes = resolve; // what we send comes by here again
              setTimeout(() => {
                if (goes === resolve) goes = null;
                reject(new Error("it was not sent"));
              }, TO_SEND);
              view.send({ sendAndArchive });
            }),
        });
      });
      view.on("scheduleSendMenuOpening", (event) =>
        listener({ hold: () => event.cancel(), go: () => view.openScheduleSendMenu() }),
      );
    },
    onPeople: (listener) => view.on("recipientsChanged", listener),
    line(rows) {
      const bar = view.addStatusBar({ height: AROUND + rows * ROW, addAboveNativeStatusBar: true });
      return { el: bar.el, remove: () => bar.destroyed || bar.destroy() };
    },
    place: () => view.getElement().getBoundingClientRect(),
    gone: new Promise((resolve) => view.on("destroy", () => resolve())),
  };
}

function party({ name, emailAddress }) {
  return { name: name && name !== emailAddress ? name : "", address: emailAddress ?? "" };
}

async function named(view) {
  const late = new Promise((resolve) => setTimeout(resolve, TO_NAME));
  const name = await Promise.race([view.getDraftID().catch(() => null), late]);
  return name ? [name] : [];
}
