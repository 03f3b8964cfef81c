/**
 * Runs the built event script as classic Outlook on Windows does, on Microsoft's own mock of Office: an engine of
 * ES2016 with `fetch`, timers and `OfficeRuntime.storage`, and nothing of a page.
 *
 * Reads {script, mock, store, origin, steps} on stdin. `mock` is where office-addin-mock is, `store` is what
 * OfficeRuntime.storage (or, where `page`, localStorage) holds, `origin` what requests say. Each step is {mail}, which
 * is sent, or {event: "onNewMessage"}; all are of one draft unless a step says {another: true}. Prints for each what
 * `event.completed` was given, with the notices that were shown, and how long it took; at last what is stored.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createContext, runInContext } from "node:vm";

const told = JSON.parse(readFileSync(0, "utf8"));
const { OfficeMockObject } = createRequire(import.meta.url)(told.mock);
const YOUNGER = [
  "Array.prototype.flat", "Array.prototype.flatMap", "Array.prototype.at", "Array.prototype.findLast", "Array.prototype.toSorted",
  "Object.fromEntries", "Object.entries", "Object.values", "Object.hasOwn", "Promise.prototype.finally", "Promise.allSettled",
  "Promise.any", "String.prototype.replaceAll", "String.prototype.matchAll", "String.prototype.at", "String.prototype.padStart",
  "String.prototype.trimEnd", "Symbol.asyncIterator", "Intl", "globalThis",
];
const store = new Map(Object.entries(told.store));
const storage = {
  getItem: async (name) => store.get(name) ?? null,
  setItem: async (name, value) => void store.set(name, value),
};
const handlers = {};
let [session, notices, mail] = [new Map(), [], null];

const answer = (value) => ({ status: "succeeded", value });
const getter = (field) => ({ getAsync: (callback) => mail.stuck === field || callback(answer(mail[field])) });
const item = {
  from: getter("from"), to: getter("to"), cc: getter("cc"), bcc: getter("bcc"), subject: getter("subject"),
  body: {
    getAsync: (kind, callback) =>
      mail.broken
        ? callback({ status: "failed", error: { message: "no body" } })
        : callback(kind === "text" ? answer(mail.text) : { status: "failed", error: { message: kind } }),
  },
  sessionData: {
    getAsync: (name, callback) =>
      callback(session.has(name) ? answer(session.get(name)) : { status: "failed", error: { message: "no such key" } }),
    setAsync: (name, value, callback) => callback(answer(void session.set(name, value))),
  },
  notificationMessages: {
    replaceAsync: (key, details, callback) => callback(answer(void notices.push(details))),
  },
};
const Office = new OfficeMockObject(
  { context: { mailbox: { item } }, actions: { associate: (name, handler) => (handlers[name] = handler) } },
  "outlook",
);
const request = (url, options) => {
  const headers = { ...options.headers, ...(told.origin ? { Origin: told.origin } : {}) };
  return fetch(url, { ...options, headers });
};
const around = { Office, fetch: request, setTimeout, clearTimeout, ...(told.page ? { localStorage: storage } : { OfficeRuntime: { storage } }) };
const context = createContext(around);
for (const one of YOUNGER) {
  const found = one.split(".");
  const name = found.pop();
  runInContext(`delete ${[...(found.length ? found : ["this"]), name].join(".")}`, context);
}
runInContext(readFileSync(told.script, "utf8"), context);

const results = [];
for (const step of told.steps) {
  if (step.another) session = new Map();
  mail = step.mail ?? null;
  notices = [];
  const begun = performance.now();
  const completed = await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("event.completed was not called")), 15_000).unref();
    let calls = 0;
    handlers[step.event ?? "onMessageSend"]({
      completed: (options) => (calls++ ? reject(new Error("called twice")) : setTimeout(() => resolve(options ?? null), 20)),
    });
  });
  results.push({ completed, notices, took: (performance.now() - begun) / 1000 });
}
console.log(JSON.stringify({ results, store: Object.fromEntries(store), session: Object.fromEntries(session) }));
process.exit(0);
