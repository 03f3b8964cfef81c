/**
 * Remembers what the owner was asked, whatever the answer: a draft is asked about once, and again only if its asks
 * or its recipients have changed (the door gives the same `check` to the same asks to the same people).
 */
export class Asked {
  #passed = new Map();

  /**
   * @param {string|number} draft names one draft while it is written
   * @param {{verdict: string, check: string}} verdict
   */
  isDue(draft, verdict) {
    return isDue(verdict, this.#passed.get(draft));
  }

  /** The owner has seen this warning, and need not see it again. */
  pass(draft, check) {
    this.#passed.set(draft, check);
  }

  /** The draft is sent, or thrown away. */
  forget(draft) {
    this.#passed.delete(draft);
  }
}

/**
 * Whether the owner is to be asked.
 * @param {{verdict: string, check: string}} verdict
 * @param {string} [passed] the check of this draft that the owner has answered
 */
export function isDue(verdict, passed) {
  return verdict.verdict !== "clear" && passed !== verdict.check;
}
