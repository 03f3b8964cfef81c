/** What the add-ons share, without a browser: the way to the door, before a server that behaves as ours. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { Asked } from "../../../connectors/addons/common/asked.js";
import { answer, check, hint, pair, PATIENCE } from "../../../connectors/addons/common/door.js";
import { ANSWERS, describe } from "../../../connectors/addons/common/warning.js";

const DRAFT = { from: "robin@home.example", to: ["theo@justmet.example"], cc: [], bcc: [], subject: "x", text: "y" };

/** A server for one test; `reply` answers each request with [status, object] or never. */
async function door(context, reply) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const body = [];
    for await (const piece of request) body.push(piece);
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: body.length ? JSON.parse(Buffer.concat(body)) : null });
    const told = reply(url);
    if (told) response.writeHead(told[0], { "Content-Type": "application/json" }).end(JSON.stringify(told[1]));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { place: { port: server.address().port, token: "secret" }, requests };
}

test("a check carries the draft and the token, and brings the verdict", async (context) => {
  const verdict = { verdict: "clear", check: "1", asks: [], recipients: [] };
  const { place, requests } = await door(context, () => [200, verdict]);
  assert.deepEqual(await check(place, DRAFT), { verdict, trouble: "" });
  const [{ method, url, headers, body }] = requests;
  assert.deepEqual([method, url, body], ["POST", "/v1/check", DRAFT]);
  assert.equal(headers.authorization, "Bearer secret");
});

test("without a token nobody is asked", async (context) => {
  const { place, requests } = await door(context, () => [200, {}]);
  const { verdict, trouble } = await check({ ...place, token: "" }, DRAFT);
  assert.equal(verdict, null);
  assert.match(trouble, /not paired/);
  assert.equal(await hint({ ...place, token: "" }, "theo@justmet.example"), "");
  assert.equal(requests.length, 0);
});

test("a refusal is told with its remedy, and none without one", async (context) => {
  const { place } = await door(context, (url) =>
    url === "/v1/check" ? [503, { error: "the disk is full", remedy: "Make room" }] : [403, { error: "no", remedy: "" }],
  );
  assert.deepEqual(await check(place, DRAFT), { verdict: null, trouble: "the disk is full. Make room." });
  await assert.rejects(pair(place.port, "ABCD-2345", "Test"), { message: "no." });
});

test("where nobody listens, the trouble says what to start", async (context) => {
  const { place } = await door(context, () => null);
  const shut = { ...place, port: 1 };
  assert.match((await check(shut, DRAFT)).trouble, /goodwill run/);
  assert.equal(await hint(shut, "theo@justmet.example"), "");
  await answer(shut, "1", "send");
});

test("what else may listen there is no verdict", async (context) => {
  for (const told of [{}, [], null, "hello", { check: "1", asks: [], recipients: 7 }]) {
    const { place } = await door(context, () => [200, told]);
    const { verdict, trouble } = await check(place, DRAFT);
    assert.equal(verdict, null);
    assert.match(trouble, /Something else/);
  }
});

test("a door that says nothing is waited for no longer than three seconds", async (context) => {
  const { place } = await door(context, () => null);
  const begun = performance.now();
  const { verdict, trouble } = await check(place, DRAFT);
  const took = performance.now() - begun;
  assert.equal(verdict, null);
  assert.match(trouble, /in time/);
  assert.ok(took > PATIENCE * 0.9 && took < PATIENCE + 1500, `${took}`);
});

test("an address is no path", async (context) => {
  const { place, requests } = await door(context, () => [200, { hint: "2 letters." }]);
  assert.equal(await hint(place, "a/../b?c@d.example"), "2 letters.");
  assert.equal(requests[0].url, "/v1/people/a%2F..%2Fb%3Fc%40d.example");
});

test("an answer names its check", async (context) => {
  const { place, requests } = await door(context, () => [202, {}]);
  await answer(place, "77", "not-an-ask");
  assert.deepEqual(requests[0].body, { check: "77", answer: "not-an-ask" });
});

test("a draft is asked about once, and again for another ask", () => {
  const asked = new Asked();
  const [first, second] = ["1", "2"].map((name) => ({ verdict: "caution", check: name }));
  assert.ok(asked.isDue("draft", first));
  asked.pass("draft", "1");
  assert.ok(!asked.isDue("draft", first));
  assert.ok(asked.isDue("draft", second));
  assert.ok(asked.isDue("another", first));
  asked.forget("draft");
  assert.ok(asked.isDue("draft", first));
  assert.ok(!asked.isDue("draft", { verdict: "clear", check: "3" }));
});

const person = (name, verdict, more = {}) => ({
  address: `${name.toLowerCase()}@x.example`, person: name, verdict, reasons: [], instead: [], ...more,
});

test("the dialog names those who are warned of, with dates and what would help", () => {
  const ask = { routine: false, to: "theo@x.example", quote: " Could you\n  introduce me? " };
  const reasons = [{ code: "young", text: "You have just met", evidence: [{ at: "2026-11-16T23:30:00+00:00", what: "met" }] }];
  const told = describe({
    verdict: "premature",
    asks: [ask, { ...ask, routine: true, quote: "Please send the invoice." }],
    recipients: [
      person("Theo", "premature", { reasons, instead: ["Wait", "Help Theo first"] }),
      person("Ada", "clear"),
    ],
  });
  assert.equal(told.title, "Too early to ask Theo for this?");
  assert.deepEqual(told.people, [
    {
      name: "Theo <theo@x.example>",
      quotes: ["Could you introduce me?"],
      reasons: [{ text: "You have just met", evidence: [{ day: "16 November 2026", what: "met" }] }],
      instead: ["Wait", "Help Theo first"],
    },
  ]);
  assert.equal(told.more, 0);
});

test("of many who are warned of, three are named", () => {
  const recipients = ["A", "B", "C", "D", "E"].map((name) => person(name, "caution"));
  const told = describe({ verdict: "caution", asks: [], recipients });
  assert.equal(told.title, "A moment before you ask A, B, C and 2 more");
  assert.equal(told.people.length, 3);
  assert.equal(told.more, 2);
});

test("the first answer, which Escape gives, is the safe one", () => {
  assert.equal(ANSWERS[0][0], "edit");
  assert.deepEqual(ANSWERS.map(([name]) => name).sort(), ["close", "edit", "not-an-ask", "send"]);
});
