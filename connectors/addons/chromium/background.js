/**
 * The service worker: everything that asks the door. The browser ends it whenever it likes, so it knows nothing
 * that is not in `chrome.storage`; and whatever goes wrong, the answer lets the mail go.
 */
import { isDue } from "../common/asked.js";
import { answer as tell, check, hint } from "../common/door.js";
import { UNPAIRED } from "../common/pairing.js";
import { keepPassed, keepToOurselves, passed, place, trouble } from "./kept.js";
import { show } from "./sign.js";

/** Recipients that are looked up; nobody reads more. */
const MOST = 12;

/** What the script beside Gmail may ask, and what it is told. */
const DESK = {
  /** @returns the verdict where the owner is to be asked, null where the mail may go */
  async check({ draft, names }) {
    const { verdict, trouble } = await check(await place(), draft);
    await show(trouble).catch(() => {});
    if (verdict === null) return null;
    const seen = await passed(names);
    return (seen.length ? seen : [undefined]).every((one) => isDue(verdict, one)) ? verdict : null;
  },

  async answered({ names, check, answer }) {
    await keepPassed(names, check);
    await tell(await place(), check, answer);
  },

  /** One line for each recipient of whom the door has something to say. */
  async hints({ people }) {
    const here = await place();
    const told = people
      .slice(0, MOST)
      .map(async ({ name, address }) => ({ name: name || address, hint: await hint(here, address) }));
    return (await Promise.all(told)).filter((one) => one.hint);
  },

  async trouble({ trouble }) {
    await show(trouble);
  },
};

chrome.runtime.onMessage.addListener((message, _, reply) => {
  // InboxSDK asks for its other half, which the manifest has put there already.
  if (message?.type === "inboxsdk__injectPageWorld") reply(true);
  if (!Object.hasOwn(DESK, message?.ask)) return false;
  DESK[message.ask](message).then(
    (told) => reply(told ?? null),
    (error) =>
      show(`Something went wrong in this add-on (${error?.name}).`)
        .catch(() => {})
        .finally(() => reply(null)),
  );
  return true;
});

chrome.action.onClicked.addListener(() => chrome.runtime.openOptionsPage());
chrome.runtime.onInstalled.addListener(wake);
chrome.runtime.onStartup.addListener(wake);

/** The browser forgets what the button said whenever it starts. */
async function wake() {
  await keepToOurselves();
  await show((await place()).token ? await trouble() : UNPAIRED);
}
