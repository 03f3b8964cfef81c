/** People as a mail's header names them (pure). */

/**
 * @param {{name: string, address: string}} party
 * @returns {string} `"Name" <address>`, quoted whatever is in the name
 */
export function header({ name, address }) {
  return name ? `"${name.replace(/["\\]/g, "\\$&")}" <${address}>` : address;
}
