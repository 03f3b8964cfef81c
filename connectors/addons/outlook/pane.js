/** The pane beside a mail: pairs, shows how the owner stands with its recipients, and the warning with its answers. */
import { answer as tell, check, hint, pair } from "../common/door.js";
import { ANSWERS, ask } from "../common/warning.js";
import { draft, marked, parties } from "./item.js";
import { keepToken, keepTrouble, place, trouble } from "./kept.js";

/* global DOOR, Office */
const NAME = "Outlook";
const EVERY = 1000;
/** *Send anyway* is Outlook's own: an add-in does not send. */
const HERE = ANSWERS.filter(([answer]) => answer !== "send");
const LEARNT = "Learnt. Press Send again: it goes.";
const [main] = document.getElementsByTagName("main");
const [told, problem, list, unpaired, form, code, part] = [
  "told", "trouble", "recipients", "unpaired", "pairing", "code", "part",
].map((id) => document.getElementById(id));
let [shown, answered, busy] = ["", "", false];

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await keepToken(await pair(0, code.value, NAME, DOOR));
    await keepTrouble("");
    code.value = "";
    say("Paired. You will hear of it only when there is something to say.");
  } catch (error) {
    say(error.message, true);
    code.focus();
  }
  shown = "";
  await state();
});

part.addEventListener("click", async () => {
  await keepToken("");
  say(`Forgotten here. To let it in no more: goodwill pair --remove ${NAME}`);
  await state();
  code.focus();
});

function say(text, wrong = false) {
  told.classList.toggle("wrong", wrong);
  told.textContent = text;
}

async function state() {
  const [{ token }, last] = [await place(), await trouble()];
  unpaired.hidden = Boolean(token);
  part.hidden = !token;
  problem.hidden = !last;
  problem.textContent = last && `The last mail was not checked: ${last}`;
}

/** Outlook tells a pane of no Send: it looks whether the mail was marked as asked about. */
async function look() {
  const { item } = Office.context.mailbox;
  if (busy || !item || !item.to || !item.to.getAsync) return;
  busy = true;
  try {
    await warn(item);
    await beside(item);
  } finally {
    busy = false;
  }
}

async function warn(item) {
  const mark = await marked(item);
  if (!mark || mark === answered) return;
  answered = mark;
  const here = await place();
  const { verdict } = await check(here, await draft(item));
  if (verdict === null || verdict.check !== mark || verdict.verdict === "clear") return;
  main.hidden = true;
  const said = await ask(document.body, verdict, HERE);
  main.hidden = false;
  if (said === "edit") return;
  await tell(here, mark, said);
  say(LEARNT);
}

async function beside(item) {
  const found = await parties(item);
  const here = await place();
  const key = JSON.stringify([found, here.token]);
  if (key === shown) return;
  shown = key;
  const told = await Promise.all(found.map(async (one) => [one, await hint(here, one.address)]));
  list.replaceChildren(
    ...told
      .filter(([, text]) => text)
      .flatMap(([one, text]) => [line("dt", one.name || one.address), line("dd", text)]),
  );
}

function line(tag, content) {
  const one = document.createElement(tag);
  one.textContent = content;
  return one;
}

Office.onReady(() => {
  state();
  look().catch(() => {});
  setInterval(() => look().catch(() => {}), EVERY);
});
