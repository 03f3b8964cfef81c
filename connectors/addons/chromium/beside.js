/** The hint beside a mail: how the owner stands with its recipients, where there is something to say. */
import { desk } from "./desk.js";
import { shadow } from "./dialog.js";
import { parties } from "./draft.js";
import style from "./beside.css";

/** Recipients that are seen at once; of more one scrolls. */
const ROWS = 3;

/** @param {import("./held.js").Compose} compose */
export function beside(compose) {
  let line = null;
  let shown = "";
  const refresh = async () => {
    const people = parties(compose.read());
    const now = JSON.stringify(people);
    if (now === shown) return;
    shown = now;
    const told = people.length ? await desk("hints", { people }) : [];
    if (now !== shown) return; // they have changed meanwhile
    line?.remove();
    line = told.length ? compose.line(Math.min(told.length, ROWS)) : null;
    line?.el.append(list(told));
  };
  const quietly = () => refresh().catch(() => {});
  compose.onPeople(quietly);
  quietly();
}

function list(told) {
  const { host, root } = shadow("goodwill-hints", [style]);
  const all = document.createElement("ul");
  all.setAttribute("aria-label", "Goodwill on the recipients");
  all.append(
    ...told.map(({ name, hint }) => {
      const one = document.createElement("li");
      const who = document.createElement("b");
      who.textContent = name;
      one.append(who, ` ${hint}`);
      return one;
    }),
  );
  root.append(all);
  return host;
}
