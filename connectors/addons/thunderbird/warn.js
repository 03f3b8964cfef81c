/** Opens the dialog over the mail, and waits for the owner as long as it takes. */

const WIDTH = 600;
const HEIGHT = 420;
/** How far below the top of the mail's window the dialog begins. */
const BELOW = 80;
/** Milliseconds in which the dialog has to be there; how long the owner thinks about it has no limit. */
const TO_APPEAR = 15_000;
/** Who waits for the page that connects by this name. */
const waiting = new Map();

/**
 * Closing the dialog, or the mail, is to keep editing.
 * @param {{id: number, windowId: number}} tab where the mail is written
 * @param {import("../common/door.js").Verdict} verdict
 * @returns {Promise<"send"|"edit"|"not-an-ask"|"close">}
 * @throws where the dialog cannot be shown
 */
export async function warn(tab, verdict) {
  const page = await opened(tab);
  const { promise, resolve, reject } = Promise.withResolvers();
  const gone = (id) => id === tab.id && resolve("edit");
  browser.tabs.onRemoved.addListener(gone);
  page.onMessage.addListener(({ answer }) => (answer ? resolve(answer) : reject(new Error("it is not shown"))));
  page.onDisconnect.addListener(() => resolve("edit"));
  page.postMessage(verdict);
  try {
    return await promise;
  } finally {
    browser.tabs.onRemoved.removeListener(gone);
    page.disconnect();
  }
}

/**
 * The page of a new dialog. Not `windows.create` tells that it is there, but the page: Thunderbird waits until the
 * window has the focus, which some desktops give to no window that the owner did not ask for.
 */
async function opened(tab) {
  const name = crypto.randomUUID();
  const { promise, resolve, reject } = Promise.withResolvers();
  waiting.set(name, resolve);
  const late = setTimeout(() => reject(new Error("it does not appear")), TO_APPEAR);
  try {
    const where = { ...(await over(tab.windowId)), width: WIDTH, height: HEIGHT };
    browser.windows
      .create({ type: "popup", url: `warning.html#${name}`, allowScriptsToClose: true, ...where })
      .catch(reject);
    return await promise;
  } finally {
    clearTimeout(late);
    waiting.delete(name);
  }
}

browser.runtime.onConnect.addListener((page) => {
  const expected = waiting.get(page.name);
  if (expected) expected(page);
  else page.disconnect();
});

async function over(windowId) {
  const { left, top, width } = await browser.windows.get(windowId);
  return { left: Math.max(0, Math.round(left + (width - WIDTH) / 2)), top: Math.max(0, top + BELOW) };
}
