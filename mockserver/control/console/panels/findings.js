// @ts-check
/** The panel of findings: the mistakes of the client, by rule, with the exchanges that show them; and their verification. */

import { commandsFor } from '../commands.js';
import { at, ControlPlaneError } from '../control_plane.js';
import { element, field, fieldset, form, section, setText } from '../elements.js';
import { documented } from '../findings_view.js';
import { exchangeLinks } from '../journal_rows.js';
import { journalOf } from '../journal_store.js';
import { LongTable } from '../long_table.js';
import { counted, visible } from '../texts.js';

/** @typedef {import('../types.js').Schemas['Finding']} Finding */

export const title = 'Findings';

/** The rules about clients, each with what the client did. */
export const CLIENT_RULES = [
  'CLIENT-RETRY-UNREAD',
  'CLIENT-START-KEY',
  'CLIENT-KEY-REUSED',
  'CLIENT-RETRY-AFTER',
  'CLIENT-GUARD-HAMMERED',
  'CLIENT-PERMISSION-REPEATED',
  'CLIENT-CONTRACT',
];

/**
 * Show the findings.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const journal = journalOf(context);
  const count = element('p');
  const list = element('div');
  /** @type {Map<string, {node: HTMLElement, table: LongTable<Finding>}>} */
  const groups = new Map();
  const draw = () => {
    const { findings, entries } = journal;
    setText(count, `${counted(findings.length, 'finding')} about ${counted(entries.size, 'exchange')}.`);
    for (const rule of new Set([...groups.keys(), ...findings.map((finding) => finding.rule)])) {
      const own = findings.filter((finding) => finding.rule === rule);
      const group = groups.get(rule) ?? newGroup(context, own[0]);
      groups.set(rule, group);
      group.node.hidden = own.length === 0;
      group.table.update(own);
      if (group.node.parentNode === null) {
        list.append(group.node);
      }
    }
  };
  const unsubscribe = journal.subscribe(draw);
  draw();
  return {
    node: element('div', {}, count, list, verification(context)),
    refresh: () => journal.refresh(),
    moves: () => journal.isUnjudged,
    close() {
      unsubscribe();
      groups.forEach(({ table }) => table.close());
    },
  };
}

/**
 * @param {import('../types.js').Context} context
 * @param {Finding} finding
 */
function newGroup({ address }, finding) {
  const table = new LongTable({
    caption: `Findings of ${finding.rule}`,
    columns: [
      { title: 'Exchanges', make: (/** @type {Finding} */ { exchanges }) => exchangeLinks(address, exchanges) },
      { title: 'Operation', text: ({ operation }) => operation ?? '' },
      { title: 'Documented sentence', class: 'wide', make: (finding) => documented(finding) },
    ],
    key: ({ exchanges, operation }) => JSON.stringify([exchanges, operation]),
  });
  const advice = element('p', {}, element('strong', {}, 'Advice: '), visible(finding.advice));
  const node = section(finding.rule, element('p', {}, visible(finding.summary)), advice, table.node);
  return { node, table };
}

/** @param {import('../types.js').Context} context */
function verification({ plane, sandbox, refresh }) {
  const since = element('input', { type: 'number', min: 0, step: 1, value: 0 });
  const ignored = CLIENT_RULES.map((rule) => ({ rule, input: element('input', { type: 'checkbox' }) }));
  const result = element('p', { role: 'status' });
  const request = () => {
    const ignore = ignored.filter(({ input }) => input.checked).map(({ rule }) => rule);
    const body = { ...(since.valueAsNumber > 0 ? { since: since.valueAsNumber } : {}), ...(ignore.length > 0 ? { ignore } : {}) };
    return { method: /** @type {const} */ ('POST'), path: at`sandboxes/${sandbox}/verify`, body };
  };
  const verify = async () => {
    const [text, isGood] = await verdict(plane.send(request()));
    setText(result, visible(text));
    result.className = isGood ? 'good' : 'problem';
    await refresh();
  };
  const commands = commandsFor(plane, request);
  const node = form(
    'Verify',
    verify,
    field('From exchange', since),
    fieldset('Rules to ignore', ...ignored.map(({ rule, input }) => field(rule, input))),
  );
  node.addEventListener('input', commands.renew);
  const hint = 'A test asserts on it in one line: 200 without findings, otherwise 422 with them.';
  return section('Verify', element('p', { class: 'hint' }, hint), element('div', { class: 'form' }, node, result, commands.node));
}

/**
 * Return the result of a verification as a sentence, and whether it is good.
 *
 * @param {Promise<{held: number}>} sending
 * @returns {Promise<[string, boolean]>}
 */
async function verdict(sending) {
  try {
    const { held } = await sending;
    return [`200: no findings among ${counted(held, 'exchange')}.`, true];
  } catch (error) {
    const isVerdict = error instanceof ControlPlaneError && error.status === 422;
    return [isVerdict ? `422: ${error.reason}.` : String(error instanceof Error ? error.message : error), false];
  }
}
