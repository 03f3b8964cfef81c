/**
 * Asks the door before a mail is sent. The page stays loaded: an owner may take minutes to answer, and an event
 * page would have lost the question by then.
 *
 * Thunderbird keeps the window locked for good where a listener throws; so nothing gets out of this one, and
 * whatever goes wrong, the mail goes.
 */
import { Asked } from "../common/asked.js";
import { answer as tell, check } from "../common/door.js";
import { UNPAIRED } from "../common/pairing.js";
import { draft, lists, parties } from "./draft.js";
import { forget, watch } from "./beside.js";
import { place } from "./kept.js";
import { show } from "./sign.js";
import { warn } from "./warn.js";

/** What is to be said of a mail that goes to no address, but to a list or a newsgroup. */
const NOBODY = { verdict: null, trouble: "" };
const asked = new Asked();

browser.compose.onBeforeSend.addListener(async (tab, details) => {
  try {
    return { cancel: !(await mayGo(tab, details)) };
  } catch (error) {
    await show(`Something went wrong in this add-on (${error?.name}).`).catch(() => {});
    return {};
  }
});

async function mayGo(tab, details) {
  const here = await place();
  const { verdict, trouble } = parties(details).length ? await check(here, draft(details)) : NOBODY;
  const unseen = lists(details);
  await show(trouble || (unseen.length ? `This add-on cannot see who is in ${unseen.join(", ")}.` : "")).catch(() => {});
  if (verdict === null || !asked.isDue(tab.id, verdict)) return true;
  const answer = await warn(tab, verdict);
  asked.pass(tab.id, verdict.check);
  tell(here, verdict.check, answer);
  return answer !== "edit";
}

browser.tabs.onRemoved.addListener((id) => {
  asked.forget(id);
  forget(id);
});
browser.browserAction.onClicked.addListener(() => browser.runtime.openOptionsPage());
place().then(({ token }) => show(token ? "" : UNPAIRED));
watch();
