/** The page of pairing, whatever the browser: takes the code that `goodwill pair` shows, and takes the pairing back. */
import { pair } from "./door.js";

/** What is to be said where nobody has paired the add-on. */
export const UNPAIRED = "This add-on is not paired with Goodwill yet.";

/**
 * Bring a page to life that has a form `pairing` with `code` and `port`, and `state`, `told` and `part` beside it.
 * @param {string} name what the owner will read in `goodwill pair --list`
 * @param {{place: () => Promise<import("./door.js").Place>, keepPlace: (place: import("./door.js").Place) => Promise,
 *   show: (trouble: string) => Promise}} kept where the add-on keeps it, and where it shows trouble
 */
export function pairing(name, { place, keepPlace, show }) {
  const [state, form, code, port, told, part] = ["state", "pairing", "code", "port", "told", "part"].map((id) =>
    document.getElementById(id),
  );

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    told.textContent = "";
    told.classList.remove("wrong");
    try {
      const number = Number(port.value);
      await keepPlace({ port: number, token: await pair(number, code.value, name) });
      await show("");
      code.value = "";
      told.textContent = "Paired. You will hear of it only when there is something to say.";
    } catch (error) {
      told.classList.add("wrong");
      told.textContent = error.message;
      code.focus();
    }
    await refresh();
  });

  part.addEventListener("click", async () => {
    await keepPlace({ port: (await place()).port, token: "" });
    await show(UNPAIRED);
    told.classList.remove("wrong");
    told.textContent = `Forgotten here. To let it in no more: goodwill pair --remove ${name}`;
    await refresh();
    code.focus();
  });

  async function refresh() {
    const here = await place();
    port.value = here.port;
    part.hidden = !here.token;
    state.textContent = here.token ? "This add-on is paired." : "This add-on is not paired: no mail is checked.";
  }

  return refresh();
}
