/** What Thunderbird tells of a mail, as the door wants it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { draft, lists, parties, party } from "../../../connectors/addons/thunderbird/draft.js";

test("names are taken whole, whatever is in them", () => {
  assert.deepEqual(party("Sample, Ada <ada@there.example>"), { name: "Sample, Ada", address: "ada@there.example" });
  assert.deepEqual(party('"Sample, Ada" <ada@there.example>'), { name: "Sample, Ada", address: "ada@there.example" });
  assert.deepEqual(party(" ada@there.example "), { name: "", address: "ada@there.example" });
  assert.deepEqual(party("a <b> c <ada@there.example>"), { name: "a <b> c", address: "ada@there.example" });
});

test("a draft has its people quoted as in a header", () => {
  const told = draft({
    from: "Robin Writer <robin@home.example>",
    to: ['Ada "A" Sample <ada@there.example>', "theo@justmet.example"],
    cc: [],
    bcc: ["Other, Kim <kim@other.example>"],
    subject: "hello",
    isPlainText: false,
    body: "<p>Hello</p>",
    plainTextBody: "Hello\n\n> quoted",
    type: "new",
  });
  assert.deepEqual(told, {
    from: '"Robin Writer" <robin@home.example>',
    to: ['"Ada \\"A\\" Sample" <ada@there.example>', "theo@justmet.example"],
    cc: [],
    bcc: ['"Other, Kim" <kim@other.example>'],
    subject: "hello",
    text: "Hello\n\n> quoted",
    in_reply_to: "",
  });
});

test("a reply names what it answers, where its quote says so", () => {
  const body = '<p>Yes.</p><blockquote type="cite" cite="mid:a%25b@there.example">Could you?</blockquote>';
  assert.equal(draft({ type: "reply", body }).in_reply_to, "a%b@there.example");
  assert.equal(draft({ type: "new", body }).in_reply_to, "");
  assert.equal(draft({ type: "reply", body: body.replace("%25", "%") }).in_reply_to, "a%b@there.example");
  assert.equal(draft({ type: "reply", body: "<p>Yes.</p>" }).in_reply_to, "");
});

test("whom Thunderbird names without an address is nobody to look up", () => {
  const to = ["Friends <Friends>", { type: "mailingList", id: "1" }, "Ada <ada@there.example>"];
  assert.deepEqual(parties({ to, cc: null }), [{ name: "Ada", address: "ada@there.example" }]);
  assert.deepEqual(lists({ to, bcc: ["Team"] }), ["Friends", "Team"]);
});
