// @ts-check
/** The rows of the journal: exchanges, and marks where some are missing. */

import { element, link, setText } from './elements.js';
import { counted, visible } from './texts.js';

/**
 * @typedef {import('./types.js').Exchange} Exchange
 * @typedef {import('./types.js').Schemas['Finding']} Finding
 * @typedef {{key: string, entry?: Exchange, mark?: string}} Row
 */

/**
 * Return the rows for exchanges, newest first.
 *
 * @param {Exchange[]} entries
 * @param {{gaps: import('./journal_store.js').Gap[], dropped: number, generation: number}} journal
 * @returns {Row[]}
 */
export function rowsOf(entries, { gaps, dropped, generation }) {
  const rows = entries.map((entry) => ({ number: entry.number, row: { key: `${generation} ${entry.number}`, entry } }));
  const marks = gaps.map(({ after, count }) => ({
    number: after,
    row: { key: `${generation} gap ${after}`, mark: `${counted(count, 'exchange')} dropped before the page could read them` },
  }));
  const end = [
    ...(dropped > 0 ? [{ key: `dropped ${dropped}`, mark: `${counted(dropped, 'exchange')} dropped` }] : []),
    ...(generation > 0 ? [{ key: `reset ${generation}`, mark: 'Reset: numbers begin anew' }] : []),
  ];
  return [...[...rows, ...marks].sort((a, b) => b.number - a.number).map(({ row }) => row), ...end];
}

/**
 * Return the columns of the journal.
 *
 * @param {(number: number) => string} address that of an exchange
 * @param {() => Map<number, Finding[]>} findings
 * @returns {import('./rows.js').Column<Row>[]}
 */
export function columns(address, findings) {
  return [
    { title: 'Number', class: 'number', make: ({ entry }) => (entry ? opening(address, entry) : element('span')), update: leads(address) },
    { title: 'Status', make: ({ entry, mark }) => (entry ? status(entry) : element('em', {}, mark)) },
    { title: 'Operation', text: ({ entry }) => entry?.operation ?? '' },
    { title: 'Rule', text: ({ entry }) => entry?.rule ?? (entry?.faults.length ? 'fault' : '') },
    {
      title: 'Findings',
      make: () => element('span', { class: 'problem' }),
      update: (node, { entry }) => setText(node, ruleNames(findings().get(entry?.number ?? 0) ?? [])),
    },
    { title: 'Request', class: 'wide', text: ({ entry }) => (entry ? requestLine(entry) : '') },
    { title: 'Key', text: ({ entry }) => (entry ? keyName(entry) : '') },
    { title: 'Time (UTC)', text: ({ entry }) => entry?.at.slice(11, 23) ?? '' },
    { title: 'Milliseconds', class: 'number', text: ({ entry }) => entry?.durationMs.toFixed(1) ?? '' },
  ];
}

/**
 * Return the method, path and query of an exchange; data that is no request has none.
 *
 * @param {Exchange} exchange
 */
export function requestLine({ method, path, query }) {
  return method === '' ? 'not a request' : visible(`${method} ${path}${query && `?${query}`}`);
}

/**
 * Return the name of the key of an exchange.
 *
 * @param {Exchange} exchange
 */
export function keyName({ key }) {
  return key === null ? 'none' : key.name === null ? `unknown (${visible(key.hint)})` : visible(key.name);
}

/**
 * Return the status of an exchange and, unless the client has received it, its end.
 *
 * @param {Exchange} exchange
 */
export function statusText({ status, outcome, resent }) {
  const words = [status === null ? 'no response' : String(status)];
  if (outcome !== 'answered') {
    words.push(outcome);
  }
  if (resent) {
    words.push('resent');
  }
  return words.join(', ');
}

/** @param {Exchange} exchange */
export function status(exchange) {
  const isGood = exchange.status !== null && exchange.status < 400 && exchange.outcome === 'answered';
  const text = exchange.status === null ? exchange.outcome : statusText(exchange); // short: the column is narrow
  return element('span', { class: isGood ? 'good' : 'problem' }, text);
}

/**
 * @param {(number: number) => string} address
 * @param {Exchange} entry
 */
function opening(address, { number }) {
  return element('a', { href: address(number), class: 'opening', 'aria-label': `Exchange ${number}` }, number);
}

/** @param {(number: number) => string} address it follows the filters */
function leads(address) {
  return (/** @type {Element} */ node, /** @type {Row} */ { entry }) => entry && node.setAttribute('href', address(entry.number));
}

/** @param {Finding[]} findings */
function ruleNames(findings) {
  return [...new Set(findings.map(({ rule }) => rule))].join(', ');
}

/**
 * Return links to exchanges.
 *
 * @param {(panel: string, ...rest: string[]) => string} address
 * @param {number[]} numbers
 */
export function exchangeLinks(address, numbers) {
  const links = numbers.map((number) => {
    const node = link(address('journal', String(number)), number);
    node.setAttribute('aria-label', `Exchange ${number}`);
    return node;
  });
  return element('span', { class: 'buttons' }, ...links);
}
