/** The small panel beside a mail: how the owner stands with its recipients, and what could not be checked. */
import { hints } from "./beside.js";
import { parties } from "./draft.js";
import { place, trouble } from "./kept.js";

const EVERY = 1000;
const [told, list, nobody, pairing] = ["trouble", "recipients", "nobody", "pairing"].map((id) =>
  document.getElementById(id),
);
let shown = "";

pairing.addEventListener("click", () => {
  browser.runtime.openOptionsPage();
  window.close();
});

async function refresh() {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  const details = await browser.compose.getComposeDetails(tab.id);
  const recipients = JSON.stringify(parties(details));
  if (recipients === shown) return;
  shown = recipients;
  const found = await hints(details);
  list.replaceChildren(...found.flatMap((one) => [text("dt", one.name), text("dd", one.hint)]));
  nobody.hidden = found.length > 0 || !told.hidden;
}

function text(tag, content) {
  const one = document.createElement(tag);
  one.textContent = content;
  return one;
}

const last = await trouble();
told.textContent = last && `The last mail was not checked: ${last}`;
told.hidden = !last;
pairing.hidden = Boolean((await place()).token);
await refresh();
setInterval(() => refresh().catch(() => {}), EVERY);
