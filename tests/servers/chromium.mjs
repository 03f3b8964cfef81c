/**
 * Drives Chromium for the tests: each line on stdin is {code, args}, a function's body that is given the `context`,
 * the `page` and `args`; each line on stdout what it returns, as {value} or {error}.
 */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [tools, profile, ...args] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(`${tools}/playwright-core/index.mjs`));
const PATIENCE = 30_000;
const Body = (async () => {}).constructor;

const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.GOODWILL_CHROMIUM,
  headless: false, // the old headless mode knows no extensions: the new one is an argument
  ignoreDefaultArgs: ["--disable-extensions"],
  ignoreHTTPSErrors: true,
  viewport: { width: 1200, height: 760 },
  args,
});
context.setDefaultTimeout(10_000);
const [page] = context.pages();
/** What was said on the console of any page, and which addresses were asked for. */
const [said, asked] = [[], []];
context.on("console", (one) => said.push({ kind: one.type(), text: one.text(), at: one.location().url }));
context.on("weberror", (one) => said.push({ kind: "error", text: String(one.error().stack ?? one.error()), at: "" }));
context.on("request", (request) => asked.push(request.url()));

process.stdout.write(`${JSON.stringify({ value: "ready" })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { code, args: given } = JSON.parse(line);
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("it takes too long")), PATIENCE).unref());
  let answer;
  try {
    const run = new Body("context", "page", "said", "asked", "args", code);
    answer = { value: (await Promise.race([run(context, page, said, asked, given), late])) ?? null };
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await context.close();
