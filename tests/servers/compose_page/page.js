/**
 * Our own page, not Gmail. As there: people are chips, Send is no button but behaves as one, Ctrl+Enter sends, keys
 * outside of a field are commands, a draft is saved under a name of its own, and is there again after a reload.
 */
const SAVED = "drafts";
const windows = document.getElementById("windows");
/** Commands that were given by keys. */
globalThis.commands = [];

/** Open a window to write in. */
globalThis.compose = (draft) => {
  const one = element("div", { class: "compose", role: "region", "aria-label": "New message" });
  one.dataset.draft = draft.draft;
  for (const field of ["to", "cc", "bcc"]) {
    const chips = element("div", { class: "chips", "data-field": field });
    one.append(field, " ", chips);
    for (const [name, address] of draft[field] ?? []) chip(chips, name, address);
  }
  const subject = element("input", { class: "subject", "aria-label": "Subject" });
  const body = element("div", { class: "body", contenteditable: "true", role: "textbox", "aria-label": "Body" });
  const send = element("div", { class: "send", role: "button", tabindex: "0" }, "Send");
  subject.value = draft.subject ?? "";
  for (const line of draft.lines ?? []) body.append(element("div", {}, line));
  if (draft.quoted) body.append(element("blockquote", { class: "gmail_quote" }, draft.quoted));
  one.append(subject, body, send);
  send.addEventListener("click", () => transmit(one));
  one.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) transmit(one);
    else if (event.target === send && [" ", "Enter"].includes(event.key)) send.click();
  });
  one.addEventListener("input", save);
  windows.append(one);
  body.focus();
  save();
};

/** Another person on a draft. */
globalThis.invite = (draft, name, address) => chip(find(draft).querySelector("[data-field=to]"), name, address);

/** Other words in a draft. */
globalThis.rewrite = (draft, line) => find(draft).querySelector(".body").replaceChildren(element("div", {}, line));

/** Throw a draft away. */
globalThis.discard = (draft) => {
  find(draft).remove();
  save();
};

document.addEventListener("keydown", ({ key, target }) => {
  if (!target.closest?.("input, [contenteditable], [role=button]")) globalThis.commands.push(key);
});

function transmit(one) {
  const { draft, to, cc, bcc, subject, lines } = read(one);
  one.remove();
  save();
  fetch("/sent", { method: "POST", body: JSON.stringify({ draft, to, cc, bcc, subject, text: lines.join("\n") }) });
}

function read(one) {
  const people = (field) =>
    [...one.querySelectorAll(`[data-field=${field}] .chip`)].map(({ dataset }) => [dataset.name, dataset.address]);
  return {
    draft: one.dataset.draft,
    to: people("to"),
    cc: people("cc"),
    bcc: people("bcc"),
    subject: one.querySelector(".subject").value,
    lines: [...one.querySelectorAll(".body > div")].map((line) => line.textContent),
  };
}

function save() {
  sessionStorage.setItem(SAVED, JSON.stringify([...windows.children].map(read)));
}

function find(draft) {
  return windows.querySelector(`[data-draft="${CSS.escape(draft)}"]`);
}

function chip(chips, name, address) {
  chips.append(element("span", { class: "chip", "data-name": name, "data-address": address }, name || address));
}

function element(tag, attributes, text = "") {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.textContent = text;
  return one;
}

for (const draft of JSON.parse(sessionStorage.getItem(SAVED) ?? "[]")) globalThis.compose(draft);
