/**
 * The one small dialog: the reasons with their dates, what would make it fine, and four answers.
 * Text from mail only ever becomes text nodes.
 */

/** The answers, in the order of their buttons; the first has the focus and is what Escape means. */
export const ANSWERS = [
  ["edit", "Keep editing"],
  ["send", "Send anyway"],
  ["not-an-ask", "Not an ask"],
  ["close", "We are close"],
];
/** Spelt out here: not every program that runs this knows languages. */
const MONTHS = "January February March April May June July August September October November December".split(" ");
/** Recipients that are named; of more only the number is told. */
const SHOWN = 3;

/**
 * What the dialog says, as plain values.
 * @param {import("./door.js").Verdict} verdict
 */
export function describe(verdict) {
  const warned = verdict.recipients.filter((one) => one.verdict !== "clear");
  const names = warned.map((one) => one.person);
  return {
    title: warned.some((one) => one.verdict === "premature")
      ? `Too early to ask ${list(names)} for this?`
      : `A moment before you ask ${list(names)}`,
    people: warned.slice(0, SHOWN).map((one) => ({
      name: one.person === one.address ? one.address : `${one.person} <${one.address}>`,
      quotes: verdict.asks
        .filter((ask) => !ask.routine && [].concat(ask.to).includes(one.address))
        .map((ask) => ask.quote.trim().replace(/\s+/g, " ")),
      reasons: one.reasons.map(({ text, evidence }) => ({
        text,
        evidence: evidence.map(({ at, what }) => ({ day: day(at), what })),
      })),
      instead: one.instead,
    })),
    more: Math.max(0, warned.length - SHOWN),
  };
}

/**
 * Build the dialog inside of `root`, and wait for the owner.
 * @param {HTMLElement} root
 * @param {import("./door.js").Verdict} verdict
 * @param {typeof ANSWERS} answers for where not all of them can be had
 * @returns {Promise<"send"|"edit"|"not-an-ask"|"close">}
 */
export function ask(root, verdict, answers = ANSWERS) {
  const document = root.ownerDocument;
  const told = describe(verdict);
  const make = (tag, attributes, ...children) => {
    const one = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
    one.append(...children.filter((child) => child !== null));
    return one;
  };
  const dialog = make(
    "section",
    {
      class: "goodwill-warning",
      role: "alertdialog",
      "aria-modal": "true",
      "aria-labelledby": "goodwill-title",
      "aria-describedby": "goodwill-reasons",
    },
    make("h1", { id: "goodwill-title" }, told.title),
    make("div", { id: "goodwill-reasons" }, ...told.people.map((one) => person(make, one, told.people.length > 1))),
    told.more ? make("p", { class: "more" }, `and ${told.more} more`) : null,
  );
  return new Promise((resolve) => {
    const buttons = answers.map(([answer, label]) => {
      const button = make("button", { type: "button", "data-answer": answer }, label);
      button.addEventListener("click", () => resolve(answer));
      return button;
    });
    dialog.append(make("div", { class: "answers" }, ...buttons));
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        resolve(answers[0][0]);
      }
      if (event.key === "Tab") keepInside(event, buttons);
    });
    root.append(dialog);
    buttons[0].focus();
  }).finally(() => dialog.remove());
}

function person(make, one, named) {
  return make(
    "div",
    { class: "person" },
    named ? make("h2", {}, one.name) : null,
    ...one.quotes.map((quote) => make("blockquote", {}, quote)),
    make(
      "ul",
      { class: "reasons" },
      ...one.reasons.map(({ text, evidence }) =>
        make(
          "li",
          {},
          text,
          evidence.length
            ? make("ul", {}, ...evidence.map(({ day, what }) => make("li", {}, make("time", {}, day), `: ${what}`)))
            : null,
        ),
      ),
    ),
    one.instead.length ? make("p", { class: "instead" }, `What would make it fine: ${one.instead.join(". ")}.`) : null,
  );
}

/** Tab goes round among the buttons, and never to what is behind the dialog. */
function keepInside(event, buttons) {
  const here = buttons.indexOf(event.target);
  const next = event.shiftKey ? here - 1 : here + 1;
  event.preventDefault();
  buttons.at(next % buttons.length).focus();
}

/** As the ledger tells it, in its language and in UTC: 16 November 2026. */
function day(at) {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function list(names) {
  const shown = names.slice(0, SHOWN);
  const rest = names.length - shown.length;
  if (rest) return `${shown.join(", ")} and ${rest} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}` : (shown[0] ?? "them");
}
