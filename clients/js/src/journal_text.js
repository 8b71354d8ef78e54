/** The journal of a sandbox as text, for the report of a test that failed. */
import { findingLines } from './errors.js';

/** @typedef {import('./sandbox.js').Sandbox} Sandbox */
/** @typedef {import('./parts.js').Schemas} Schemas */

const SHOWN = 30;
const LONGEST_BODY = 500;

/**
 * Return the last exchanges of a sandbox with their decision traces, and the findings about the client; where the journal
 * cannot be read, the reason.
 * @param {Sandbox} sandbox
 * @returns {Promise<string>}
 */
export async function journalText(sandbox) {
  try {
    return await written(sandbox);
  } catch (error) {
    return `the journal of the sandbox ${sandbox.id} cannot be read: ${/** @type {Error} */ (error).message}`;
  }
}

/** @param {Sandbox} sandbox */
async function written(sandbox) {
  const newest = await sandbox.journal({ order: 'newest', limit: SHOWN + 1 });
  const kinds = new Map((await sandbox.faults.list()).map((fault) => [fault.id, fault.kind]));
  const lines = [`the journal of the sandbox ${sandbox.id}:`];
  if (newest.length === 0) lines.push('no request was sent with a key of this sandbox');
  if (newest.length > SHOWN) lines.push(`only the last ${SHOWN} exchanges are shown`);
  for (const { number } of newest.slice(0, SHOWN).reverse()) {
    lines.push(...exchangeLines(await sandbox.exchange(number), kinds));
  }
  const findings = await sandbox.findings();
  if (findings.length > 0) lines.push('findings about the client:', ...findings.flatMap(findingLines));
  return lines.join('\n');
}

/**
 * @param {Schemas['Exchange']} exchange
 * @param {Map<string, string>} kinds the kinds of the faults that exist
 */
function exchangeLines(exchange, kinds) {
  const query = exchange.query ? `?${exchange.query}` : '';
  const trace = traceText(exchange.trace);
  const faults = exchange.faults.map((fault) => kinds.get(fault) ?? fault).join(', ');
  return [
    `#${exchange.number} ${exchange.method} ${exchange.path}${query}: ${outcome(exchange)}`,
    ...(trace ? [`    ${trace}`] : []),
    ...(faults ? [`    faults: ${faults}`] : []),
    ...bodyLines('sent', exchange.request.body),
    ...bodyLines('received', exchange.response.body),
  ];
}

/**
 * Return the rules of a trace, those with the same verdict together.
 * @param {Schemas['AskedRule'][]} steps
 */
function traceText(steps) {
  /** @type {[string, string[]][]} */
  const groups = [];
  for (const { rule, verdict } of steps) {
    const last = groups.at(-1);
    if (last?.[0] === verdict) last[1].push(rule);
    else groups.push([verdict, [rule]]);
  }
  return groups.map(([verdict, rules]) => `${verdict}: ${rules.join(', ')}`).join('; ');
}

/** @param {Schemas['Exchange']} exchange */
function outcome(exchange) {
  const refused = exchange.rule ? `, refused by the rule ${exchange.rule}` : '';
  const end = exchange.outcome === 'answered' ? '' : ` (${exchange.outcome})`;
  return `${exchange.status ?? 'no response'}${end}${refused}`;
}

/**
 * @param {string} label
 * @param {string | null | undefined} text
 */
function bodyLines(label, text) {
  if (!text) return [];
  return [`    ${label}: ${text.length <= LONGEST_BODY ? text : `${text.slice(0, LONGEST_BODY)}...`}`];
}
