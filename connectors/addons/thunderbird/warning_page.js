/** The window of the dialog: shows the verdict that the background hands over, and hands back the answer. */
import { ask } from "../common/warning.js";

const background = browser.runtime.connect({ name: location.hash.slice(1) });

background.onDisconnect.addListener(() => window.close());
background.onMessage.addListener(async (verdict) => {
  try {
    const answered = ask(document.body, verdict);
    fit().catch(() => {}); // where the window keeps its height, the page scrolls
    background.postMessage({ answer: await answered });
  } catch {
    background.postMessage({ answer: "" });
  }
});

/** Make the window as high as what it says, if the screen is; the keyboard belongs to it now. */
async function fit() {
  const frame = window.outerHeight - window.innerHeight;
  const wanted = Math.ceil(document.querySelector(".goodwill-warning").getBoundingClientRect().height) + frame;
  const { id } = await browser.windows.getCurrent();
  await browser.windows.update(id, { height: Math.min(wanted, screen.availHeight), focused: true });
}
