/** Runs beside Gmail: looks after every window in which a mail is written. */
import { beside } from "./beside.js";
import { composes } from "./compose.js";
import { mention } from "./desk.js";
import { warn } from "./dialog.js";
import { hold } from "./held.js";

/** Milliseconds in which Gmail has to be there, after which nobody should believe that mail is checked. */
const TO_APPEAR = 30_000;
const UNSEEN = "This add-on cannot see Gmail's windows on this page.";

let unseen = false;
const late = setTimeout(() => {
  unseen = true;
  mention("trouble", { trouble: UNSEEN });
}, TO_APPEAR);

composes((compose) => {
  hold(compose, warn);
  beside(compose);
}).then(
  () => {
    clearTimeout(late);
    if (unseen) mention("trouble", { trouble: "" });
  },
  () => mention("trouble", { trouble: UNSEEN }),
);
