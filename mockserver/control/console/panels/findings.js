// @ts-check
/** The panel of findings. */

import { element } from '../elements.js';

export const title = 'Findings';

/**
 * Show the panel.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  return { node: element('div', {}, context.sandbox) };
}
