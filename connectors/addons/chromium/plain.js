/** The text of a mail that is written as HTML, line by line, what it quotes marked by "> ". */

const BLOCKS = new Set(
  "ADDRESS BLOCKQUOTE DIV H1 H2 H3 H4 H5 H6 HR LI OL P PRE TABLE TR UL".split(" "),
);
const ELEMENT = 1;
const TEXT = 3;

/** @param {Node} root */
export function plain(root) {
  return lines(root).join("\n").trim();
}

/** The last line is still open. */
function lines(root) {
  const found = [""];
  for (const node of root.childNodes) {
    if (node.nodeType === TEXT) found.push(found.pop() + node.data.replace(/\s+/g, " "));
    if (node.nodeType !== ELEMENT) continue;
    if (node.tagName === "BR") found.push("");
    else if (BLOCKS.has(node.tagName)) {
      if (!found.at(-1)) found.pop();
      found.push(...block(node), "");
    } else {
      const [first, ...rest] = lines(node);
      found.push(found.pop() + first, ...rest);
    }
  }
  return found;
}

function block(node) {
  const inside = lines(node);
  if (inside.length > 1 && !inside.at(-1)) inside.pop();
  return isQuote(node) ? inside.map((line) => `> ${line}`) : inside;
}

/** Gmail indents the owner's own words by the same element. */
function isQuote(node) {
  return node.tagName === "BLOCKQUOTE" && (node.classList.contains("gmail_quote") || node.hasAttribute("cite"));
}
