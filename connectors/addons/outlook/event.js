/**
 * Asks the door when Send is pressed. Whatever goes wrong, the mail goes.
 *
 * Classic Outlook on Windows runs this without a page: no DOM, no modules, nothing newer than ES2016. The build makes
 * one such file of it. Outlook's dialog has two answers, *Send anyway* and *Keep editing*; the second opens the pane,
 * which has the others.
 */
import { check, PATIENCE } from "../common/door.js";
import { draft, mark, marked } from "./item.js";
import { keepTrouble, news, place } from "./kept.js";
import { markdown, plain } from "./words.js";

/* global Office */
const PASS = { allowEvent: true };
/** Milliseconds to write down what happened: the mail waits no longer for that. */
const WRITING = 500;
/** Outlook cuts longer ones off. */
const LONGEST_NOTICE = 150;
const LATE = { verdict: null, trouble: "Goodwill did not answer in time." };

async function onMessageSend(event) {
  let answer = PASS;
  try {
    answer = await judge(Office.context.mailbox.item);
  } catch {
    // The mail is more important than what went wrong.
  }
  event.completed(answer);
}

async function judge(item) {
  const { verdict, trouble } = await within(PATIENCE, asked(item), LATE);
  const due = verdict !== null && verdict.verdict !== "clear" && verdict.check !== (await within(WRITING, marked(item), ""));
  await within(WRITING, Promise.all([keepTrouble(trouble), due ? mark(item, verdict.check) : null]), null);
  return due ? refusal(verdict) : PASS;
}

async function asked(item) {
  try {
    const mail = await draft(item);
    if (![mail.to, mail.cc, mail.bcc].some((field) => field.length)) return { verdict: null, trouble: "" };
    return await check(await place(), mail);
  } catch (error) {
    return { verdict: null, trouble: `Outlook did not show the mail to this add-in (${error.message}).` };
  }
}

/** In `promptUser` mode Outlook adds *Send anyway*, and sends without asking here again. */
function refusal(verdict) {
  return {
    allowEvent: false,
    errorMessage: plain(verdict),
    errorMessageMarkdown: markdown(verdict),
    cancelLabel: "Keep editing",
    commandId: "goodwillPane",
  };
}

/** An add-in cannot change its icon: the next new mail says, once, that the last one was not checked. */
async function onNewMessage(event) {
  try {
    const told = await within(WRITING, news(), "");
    if (told) await within(WRITING, notice(`The last mail was not checked: ${told}`), null);
  } catch {
    // Nobody waits for it.
  }
  event.completed();
}

function notice(text) {
  const message = text.length > LONGEST_NOTICE ? `${text.slice(0, LONGEST_NOTICE - 1)}…` : text;
  return new Promise((resolve) =>
    Office.context.mailbox.item.notificationMessages.replaceAsync("goodwill", { type: "errorMessage", message }, resolve),
  );
}

/** What comes of a promise, or something else if that takes too long. */
function within(milliseconds, promise, otherwise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(otherwise), milliseconds);
  });
  return Promise.race([promise, late]).then(
    (found) => {
      clearTimeout(timer);
      return found;
    },
    (error) => {
      clearTimeout(timer);
      throw error;
    },
  );
}

Office.actions.associate("onMessageSend", onMessageSend);
Office.actions.associate("onNewMessage", onNewMessage);
