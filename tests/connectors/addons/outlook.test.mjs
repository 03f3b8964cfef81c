/** What Outlook tells of a mail, as the door wants it, and what its dialog is given to say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { draft, mark, marked, parties } from "../../../connectors/addons/outlook/item.js";
import { LONGEST, markdown, plain } from "../../../connectors/addons/outlook/words.js";

const getter = (value) => ({ getAsync: (...words) => words.at(-1)({ status: "succeeded", value }) });
const party = (displayName, emailAddress) => ({ displayName, emailAddress });

function item(more = {}) {
  const session = new Map();
  return {
    from: getter(party("Robin Writer", "robin@home.example")),
    to: getter([party('Ada "A" Sample', "ada@there.example"), party("theo@justmet.example", "theo@justmet.example")]),
    cc: getter([party("Friends", "")]),
    bcc: getter([party("Other, Kim", "kim@other.example")]),
    subject: getter("hello"),
    body: { getAsync: (kind, callback) => callback({ status: "succeeded", value: `as ${kind}` }) },
    sessionData: {
      getAsync: (name, callback) =>
        callback(session.has(name) ? { status: "succeeded", value: session.get(name) } : { status: "failed", error: {} }),
      setAsync: (name, value, callback) => callback(session.set(name, value)),
    },
    ...more,
  };
}

const verdict = (count, reasons, instead = ["Wait"]) => ({
  verdict: "premature",
  check: "1",
  asks: [],
  recipients: Array.from({ length: count }, (_, n) => ({
    address: `p${n}@x.example`, person: `*P_${n}* [x](https://x.example)`, verdict: "premature", reasons, instead,
  })),
});
const reason = (dates) => ({
  text: "You have just met",
  evidence: Array.from({ length: dates }, (_, n) => ({ at: `2026-11-${10 + n}T23:30:00+00:00`, what: "a <b>meeting</b>" })),
});

test("a draft has its people quoted as in a header, and its text as text", async () => {
  assert.deepEqual(await draft(item({ inReplyTo: "<a@b.example>" })), {
    from: '"Robin Writer" <robin@home.example>',
    to: ['"Ada \\"A\\" Sample" <ada@there.example>', "theo@justmet.example"],
    cc: [],
    bcc: ['"Other, Kim" <kim@other.example>'],
    subject: "hello",
    text: "as text",
    in_reply_to: "a@b.example",
  });
  assert.equal((await draft(item())).in_reply_to, "");
});

test("whom Outlook names without an address is nobody to look up", async () => {
  const found = await parties(item());
  assert.deepEqual(found.map((one) => one.address), ["ada@there.example", "theo@justmet.example", "kim@other.example"]);
});

test("what Outlook refuses to tell is an error that says why", async () => {
  const body = { getAsync: (kind, callback) => callback({ status: "failed", error: { message: "not now" } }) };
  await assert.rejects(draft(item({ body })), { message: "not now" });
});

test("a mark stays with its mail", async () => {
  const mine = item();
  assert.equal(await marked(mine), "");
  await mark(mine, "77");
  assert.equal(await marked(mine), "77");
  assert.equal(await marked(item()), "");
});

test("the dialog is told every reason with its dates, and what would make it fine", () => {
  const said = plain(verdict(1, [reason(2)], ["Wait", "Help first"])).split("\n");
  assert.match(said[0], /^Too early to ask /);
  assert.equal(said[1], "• You have just met (10 November 2026: a <b>meeting</b>; 11 November 2026: a <b>meeting</b>)");
  assert.equal(said[2], "What would make it fine: Wait. Help first.");
  assert.match(said[3], /Not an ask, We are close/);
});

test("what is too long for Outlook keeps one date for each reason, and is cut at last", () => {
  const fewer = plain(verdict(1, [reason(15)]));
  assert.ok(fewer.length <= LONGEST);
  assert.match(fewer, /10 November 2026/);
  assert.doesNotMatch(fewer, /11 November 2026/);
  const cut = plain(verdict(3, [reason(1), reason(1), reason(1)]));
  assert.equal(cut.length, LONGEST);
  assert.ok(cut.endsWith("…"));
  assert.equal(markdown(verdict(3, [reason(1), reason(1), reason(1)])), undefined);
});

test("nothing of mail becomes markup", () => {
  const said = markdown(verdict(1, [reason(1)]));
  assert.ok(said.includes("\\*P\\_0\\* \\[x\\]\\(https://x.example\\)"));
  assert.ok(said.includes("a \\<b\\>meeting\\</b\\>"));
  assert.ok(!/(?<!\\)[[\]<]/.test(said));
});
