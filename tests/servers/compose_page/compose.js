/** Our own page's windows to write in: stands in for the add-on's `compose.js`, which knows Gmail's. */
import { plain } from "../../../connectors/addons/chromium/plain.js";

/** @param {(compose: import("../../../connectors/addons/chromium/held.js").Compose) => void} handle */
export async function composes(handle) {
  const windows = document.getElementById("windows");
  const known = new WeakSet();
  const look = () => {
    for (const one of windows.children) {
      if (!known.has(one)) handle(compose(one));
      known.add(one);
    }
  };
  new MutationObserver(look).observe(windows, { childList: true });
  look();
}

function compose(one) {
  const ours = crypto.randomUUID();
  const send = one.querySelector(".send");
  let goes = false;
  return {
    names: async () => [ours, one.dataset.draft],
    read: () => ({
      from: { name: "Robin Writer", address: "robin@home.example" },
      to: people(one, "to"),
      cc: people(one, "cc"),
      bcc: people(one, "bcc"),
      subject: one.querySelector(".subject").value,
      text: plain(one.querySelector(".body")),
    }),
    onSend(listener) {
      const attempted = (event) => {
        if (goes) {
          goes = false;
          return;
        }
        listener({
          hold() {
            event.preventDefault();
            event.stopImmediatePropagation();
          },
          go() {
            if (one.dataset.stuck) throw new Error("there is no such button");
            goes = true;
            send.click();
          },
        });
      };
      one.addEventListener("click", (event) => event.target === send && attempted(event), true);
      one.addEventListener("keydown", (event) => isSending(event, send) && attempted(event), true);
    },
    onPeople(listener) {
      const fields = { childList: true, subtree: true };
      for (const chips of one.querySelectorAll(".chips")) new MutationObserver(listener).observe(chips, fields);
    },
    line() {
      const el = document.createElement("div");
      one.append(el);
      return { el, remove: () => el.remove() };
    },
    place: () => one.getBoundingClientRect(),
    gone: new Promise((resolve) => {
      new MutationObserver(() => one.isConnected || resolve()).observe(one.parentElement, { childList: true });
    }),
  };
}

function people(one, field) {
  const chips = [...one.querySelectorAll(`[data-field=${field}] .chip`)];
  return chips.map(({ dataset: { name, address } }) => ({ name, address }));
}

function isSending({ key, ctrlKey, target }, send) {
  return (key === "Enter" && ctrlKey) || (target === send && [" ", "Enter"].includes(key));
}
