// @ts-check
/** The addresses of panels: `#/<sandbox>/<panel>/<rest>`. */

/**
 * Return the address of a panel.
 *
 * @param {string} sandbox
 * @param {string} panel
 * @param {...string} rest
 */
export function address(sandbox, panel, ...rest) {
  return `#/${[sandbox, panel, ...rest].map(encodeURIComponent).join('/')}`;
}

/**
 * Return the parts of an address; those that are missing have the given defaults.
 *
 * @param {string} hash
 * @param {{sandbox: string, panel: string}} defaults
 */
export function parsedAddress(hash, defaults) {
  const [sandbox, panel, ...rest] = hash.replace(/^#?\/?/, '').split('/').map(decoded);
  return { sandbox: sandbox || defaults.sandbox, panel: panel || defaults.panel, rest: rest.filter(Boolean) };
}

/** @param {string} segment */
function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
