/** Pairs with the door by the code that `goodwill pair` shows, and takes it back. */
import { pairing } from "../common/pairing.js";
import { keepPlace, place, trouble } from "./kept.js";
import { show } from "./sign.js";

const last = document.getElementById("last");

async function refresh() {
  const told = (await place()).token ? await trouble() : "";
  last.hidden = !told;
  last.textContent = told && `The last mail was not checked: ${told}`;
}

chrome.storage.onChanged.addListener(refresh);
pairing("Chromium", { place, keepPlace, show });
refresh();
