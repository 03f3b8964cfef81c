/**
 * Asks Goodwill's door, on this machine only. Nothing here ever keeps mail from being sent: where the door is
 * shut, slow or unwilling, the answer says so, and the caller lets the mail go.
 */

/** Milliseconds to wait for the door: a person waits no longer before a mail goes out. */
export const PATIENCE = 3000;
/** Where the door listens unless the owner says otherwise (`[door] port` of the configuration). */
export const PORT = 8425;
const STRANGER = "Something else than Goodwill answers at this port.";

/**
 * @typedef {{port?: number, token: string, base?: string}} Place `base` is for who reaches the door by https
 * @typedef {{from?: string, to: string[], cc: string[], bcc: string[], subject: string, text: string,
 *   in_reply_to?: string}} Draft
 * @typedef {{verdict: "clear"|"caution"|"premature", check: string, asks: object[], recipients: object[]}} Verdict
 * @typedef {{verdict: Verdict, trouble: ""} | {verdict: null, trouble: string}} Told
 */

/**
 * What the door says of a draft, or why it could not be asked.
 * @param {Place} place
 * @param {Draft} draft
 * @returns {Promise<Told>}
 */
export async function check(place, draft) {
  if (!place.token) return { verdict: null, trouble: "This add-on is not paired with Goodwill yet." };
  try {
    const answer = await ask(place, "check", draft);
    if (!answer.ok) return { verdict: null, trouble: await sentence(answer) };
    const verdict = await answer.json();
    return isVerdict(verdict) ? { verdict, trouble: "" } : { verdict: null, trouble: STRANGER };
  } catch (error) {
    return { verdict: null, trouble: reason(error) };
  }
}

/**
 * Tell the door what the owner said of a warning; whether that arrives changes nothing here.
 * @param {Place} place
 * @param {string} check the `check` of the verdict
 * @param {"send"|"edit"|"not-an-ask"|"close"} answer
 */
export async function answer(place, check, answer) {
  try {
    await ask(place, "answers", { check, answer });
  } catch {
    // The mail is more important than what is learnt from it.
  }
}

/**
 * One sentence about a recipient, "" where there is nothing to say.
 * @param {Place} place
 * @param {string} address
 */
export async function hint(place, address) {
  if (!place.token) return "";
  try {
    const told = await ask(place, `people/${encodeURIComponent(address)}`);
    return told.ok ? (await told.json()).hint : "";
  } catch {
    return "";
  }
}

/**
 * Exchange the code that `goodwill pair` shows for a token.
 * @param {number} port
 * @param {string} code
 * @param {string} name what the owner will read in `goodwill pair --list`
 * @param {string} [base] as in `Place`
 * @returns {Promise<string>} the token
 * @throws {Error} with one sentence for the owner
 */
export async function pair(port, code, name, base) {
  let answer;
  try {
    answer = await ask({ port, token: "", base }, "pair", { code, name });
  } catch (error) {
    throw new Error(reason(error));
  }
  if (!answer.ok) throw new Error(await sentence(answer));
  return (await answer.json()).token;
}

/** @returns {Promise<Response>} */
function ask({ port, token, base = `http://127.0.0.1:${port}` }, what, body) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  return fetch(`${base}/v1/${what}`, {
    method: body ? "POST" : "GET",
    headers,
    body: body ? JSON.stringify(body) : undefined,
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    signal: limit(),
  });
}

/** Where the program around us knows no such thing, the caller has to wait no longer by itself. */
function limit() {
  return typeof AbortSignal === "undefined" ? undefined : AbortSignal.timeout(PATIENCE);
}

function isVerdict(told) {
  return typeof told?.check === "string" && [told.asks, told.recipients].every(Array.isArray);
}

function reason(error) {
  if (error instanceof SyntaxError) return STRANGER;
  if (error?.name === "TimeoutError") return "Goodwill did not answer in time.";
  return "Goodwill is not running on this machine: start `goodwill run`.";
}

async function sentence(answer) {
  try {
    const { error, remedy } = await answer.json();
    return remedy ? `${error}. ${remedy}.` : `${error}.`;
  } catch {
    return `Goodwill answers ${answer.status}.`;
  }
}
