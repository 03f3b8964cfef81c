/** Makes the scripts of the add-on: `node bundle.mjs FOLDER [COMPOSE]`; COMPOSE stands in for `compose.js` in tests. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { build } from "esbuild";
import { trimmed } from "./trimmed.js";

const [folder, compose] = process.argv.slice(2);

const trim = {
  name: "trim",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@inboxsdk[\\/]core[\\/]inboxsdk\.js$/ }, async ({ path }) => ({
      contents: trimmed(await readFile(path, "utf8")),
    }));
  },
};
const standIn = {
  name: "stand-in",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/compose\.js$/ }, () => ({ path: resolve(compose) }));
  },
};

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["background.js", "gmail.js", "options.js", "page_world.js"],
  outdir: resolve(folder),
  bundle: true,
  format: "iife",
  target: "chrome120",
  loader: { ".css": "text" },
  charset: "ascii", // Chromium takes no script that holds a character it calls none
  legalComments: "inline",
  logLevel: "error",
  plugins: compose ? [standIn] : [trim],
});
