/** The parts of the add-on for Chromium that need no browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDue } from "../../../connectors/addons/common/asked.js";
import { draft, parties } from "../../../connectors/addons/chromium/draft.js";
import { plain } from "../../../connectors/addons/chromium/plain.js";
import { trimmed } from "../../../connectors/addons/chromium/trimmed.js";

const ADA = { name: 'Ada "A" Sample', address: "ada@there.example" };
const KIM = { name: "", address: "kim@other.example" };

/** A tree as a browser has it. */
function tree(tagName, attributes, ...inside) {
  const classes = (attributes.class ?? "").split(" ");
  return {
    nodeType: 1,
    tagName,
    childNodes: inside.map((one) => (typeof one === "string" ? { nodeType: 3, data: one } : one)),
    classList: { contains: (name) => classes.includes(name) },
    hasAttribute: (name) => name in attributes,
  };
}

const div = (...inside) => tree("DIV", {}, ...inside);
const br = () => tree("BR", {});

test("a draft has its people quoted as in a header", () => {
  assert.deepEqual(draft({ from: KIM, to: [ADA], cc: [KIM], bcc: [], subject: "s", text: "t" }), {
    from: "kim@other.example",
    to: ['"Ada \\"A\\" Sample" <ada@there.example>'],
    cc: ["kim@other.example"],
    bcc: [],
    subject: "s",
    text: "t",
  });
  assert.equal(draft({ from: null, to: [], cc: [], bcc: [], subject: "", text: "" }).from, "");
});

test("whom Gmail names without an address is nobody to ask about", () => {
  assert.deepEqual(parties({ to: [ADA], cc: [{ name: "Friends", address: "" }], bcc: [KIM] }), [ADA, KIM]);
});

test("lines end where they end on the screen", () => {
  const body = div("First", div("second ", tree("B", {}, "bold"), "\n  line"), div(br()), div("third", br(), "fourth"), "fifth");
  assert.equal(plain(body), "First\nsecond bold line\n\nthird\nfourth\nfifth");
  assert.equal(plain(div(div(div("deep"), div("deeper")))), "deep\ndeeper");
  assert.equal(plain(div("a", tree("SPAN", {}, "b", br(), "c"), "d")), "ab\ncd");
  assert.equal(plain(div(tree("UL", {}, tree("LI", {}, "one"), tree("LI", {}, "two")))), "one\ntwo");
  assert.equal(plain(div()), "");
});

test("what is quoted is marked, what is indented is the owner's own", () => {
  const quote = tree("BLOCKQUOTE", { class: "gmail_quote" }, div("Could you?"), tree("BLOCKQUOTE", { cite: "x" }, "Older."));
  assert.equal(
    plain(div(div("Yes."), tree("DIV", { class: "gmail_quote" }, tree("DIV", {}, "Kim wrote:", br()), quote))),
    "Yes.\nKim wrote:\n> Could you?\n> > Older.",
  );
  assert.equal(plain(div(tree("BLOCKQUOTE", {}, "My words."))), "My words.");
});

test("a draft is due where its check has not been answered", () => {
  const verdict = { verdict: "caution", check: "1" };
  assert.ok(isDue(verdict));
  assert.ok(isDue(verdict, "2"));
  assert.ok(!isDue(verdict, "1"));
  assert.ok(!isDue({ verdict: "clear", check: "1" }));
});

test("an InboxSDK that nobody has read is not built", () => {
  assert.throws(() => trimmed("function _trackEvent(appId, type, eventName, properties) {}"), /read it anew/);
});
