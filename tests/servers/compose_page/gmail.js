/** Our own page, not Gmail: the least of Gmail that InboxSDK takes for it. */
globalThis.GLOBALS = [];
Object.assign(globalThis.GLOBALS, { 4: "x.en", 9: "ik", 10: "robin@home.example", 17: [] });

const windows = document.querySelector(".AD");
const WAYS = { ".send": ["click", "sent"], ".Uo": ["click", "archived"], "[selector]": ["mouseup", "scheduled"] };

/** Open a window to write in; a `reply` has a button that archives, too. */
globalThis.compose = ({ draft, subject, to, lines, reply }) => {
  const one = document.querySelector("template").content.firstElementChild.cloneNode(true);
  const part = (selector) => one.querySelector(selector);
  one.dataset.draft = draft;
  ["[role=dialog]", ".GP", ".aDj"].forEach((named, n) => (part(named).id = `:${windows.childElementCount}${n}`));
  part("[name=subjectbox]").value = subject;
  part("[name=draft]").value = `#msg-a:${draft}`;
  const [[name, address]] = to;
  Object.assign(part("[role=option]").dataset, { name, hovercardId: address });
  part("[role=option]").textContent = name;
  for (const line of lines) {
    const row = document.createElement("div");
    row.textContent = line;
    part("[g_editable]").append(row);
  }
  if (reply) part("td").classList.add("HQ");
  else part(".Uo").remove();
  for (const [selector, [event, how]] of Object.entries(WAYS)) {
    part(selector)?.addEventListener(event, () => {
      one.remove();
      fetch("/sent", { method: "POST", body: JSON.stringify({ draft, how }) });
    });
  }
  windows.append(one);
};

globalThis.find = (draft) => windows.querySelector(`[data-draft="${CSS.escape(draft)}"]`);
