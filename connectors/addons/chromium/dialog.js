/** Shows the dialog over the mail. It lives in a shadow, so that no style gets in or out. */
import { ask } from "../common/warning.js";
import warning from "../common/warning.css";
import around from "./dialog.css";

/** Gmail takes a key for a command wherever it is pressed; what happens in the dialog is not its business. */
const OURS = ["keydown", "keypress", "keyup", "mousedown", "mouseup", "click", "focusin", "focusout"];

/** The dialog before: two mails can be sent before the first is answered for, and one question is enough. */
let before = Promise.resolve();

/**
 * To close the mail is to keep editing. Shown after every dialog that is there already.
 * @param {import("./held.js").Compose} compose
 * @param {import("../common/door.js").Verdict} verdict
 * @returns {Promise<"send"|"edit"|"not-an-ask"|"close">}
 */
export function warn(compose, verdict) {
  const answer = before.then(() => shown(compose, verdict));
  before = answer.catch(() => {});
  return answer;
}

async function shown(compose, verdict) {
  const focused = document.activeElement;
  const { host, root } = shadow("goodwill-dialog", [warning, around]);
  const panel = document.createElement("div");
  panel.className = "panel";
  panel.style.setProperty("--middle", `${middle(compose.place())}px`);
  root.append(panel);
  for (const kind of OURS) host.addEventListener(kind, (event) => event.stopPropagation());
  root.addEventListener("focusout", ({ target }) => setTimeout(() => keepFocus(root, target)));
  const wasInert = document.body.inert;
  try {
    host.popover = "manual"; // in the top layer: above whatever the page has put on top
    document.documentElement.append(host);
    host.showPopover();
    document.body.inert = true;
    return await Promise.race([ask(panel, verdict), compose.gone.then(() => "edit")]);
  } finally {
    document.body.inert = wasInert;
    host.remove();
    focused?.focus?.();
  }
}

/** An element with a shadow that has styles of its own. */
export function shadow(name, styles) {
  const host = document.createElement(name);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = styles.map((style) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    return sheet;
  });
  return { host, root };
}

/** A press on the words of the dialog, or beside it, takes the focus from its buttons. */
function keepFocus(root, last) {
  if (last.isConnected && document.hasFocus() && !root.activeElement) last.focus();
}

function middle({ left, width }) {
  return Math.round(left + width / 2);
}
