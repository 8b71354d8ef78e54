// @ts-check
/** The view of a finding: what the client did, the documented sentence, and advice. */

import { element } from './elements.js';
import { exchangeLinks } from './journal_rows.js';
import { visible } from './texts.js';

/** @typedef {import('./types.js').Schemas['Finding']} Finding */

/**
 * Return a finding about an exchange, with links to the others that it is about.
 *
 * @param {import('./types.js').Context} context
 * @param {Finding} finding
 * @param {number} number that of the exchange that is shown
 */
export function findingNode({ address }, finding, number) {
  const others = finding.exchanges.filter((other) => other !== number);
  return element(
    'article',
    { class: 'finding' },
    element('h3', {}, finding.rule),
    element('p', {}, visible(finding.summary)),
    element('blockquote', {}, documented(finding)),
    element('p', {}, element('strong', {}, 'Advice: '), visible(finding.advice)),
    others.length > 0 && element('p', { class: 'actions' }, 'Other exchanges: ', exchangeLinks(address, others)),
  );
}

/**
 * Return the documented sentence with a link to its page, or that there is none.
 *
 * @param {Pick<Finding, 'sentence' | 'source'>} finding
 */
export function documented({ sentence, source }) {
  const href = safeAddress(source);
  const page = href !== undefined && element('a', { href, rel: 'noreferrer' }, 'documentation');
  const text = sentence === null ? 'inferred: no sentence of the documentation says so' : visible(sentence);
  return element('span', {}, text, page && ' (', page, page && ')');
}

/** @param {string | null} source */
function safeAddress(source) {
  const isSafe = source !== null && URL.canParse(source) && new URL(source).protocol === 'https:';
  return isSafe ? source : undefined;
}
