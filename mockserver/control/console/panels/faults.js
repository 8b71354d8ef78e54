// @ts-check
/** The panel of faults: which there are, how often each has matched and acted, and how to add one. */

import { actionButtons, actionForm } from '../actions.js';
import { at } from '../control_plane.js';
import { element, section } from '../elements.js';
import { FaultFields, operationsOf } from '../fault_fields.js';
import { LongTable } from '../long_table.js';

/** @typedef {import('../types.js').Schemas['Fault']} Row */

export const title = 'Faults';

/**
 * Show the faults.
 *
 * @param {import('../types.js').Context} context
 * @returns {Promise<import('../types.js').Panel>}
 */
export async function show(context) {
  const shown = new Faults(context);
  shown.fields.offer(operationsOf(await context.plane.get(at`audiences.json`)));
  return { node: shown.node, refresh: () => shown.refresh(), close: () => shown.list.close() };
}

/** The faults of a sandbox. */
class Faults {
  /** @param {import('../types.js').Context} context */
  constructor(context) {
    this.context = context;
    this.path = at`sandboxes/${context.sandbox}/faults`;
    this.fields = new FaultFields();
    this.list = new LongTable({
      caption: 'Faults',
      columns: this.columns(),
      key: (/** @type {Row} */ { id }) => id,
      empty: 'No faults: the API behaves as documented.',
    });
    const all = actionButtons(context, 'the sandbox', () => [this.removingAll()]);
    this.node = element('div', {}, this.list.node, element('p', { class: 'actions' }, all), this.adding());
  }

  /** Read the faults, and the keys to offer. */
  async refresh() {
    const { plane, sandbox } = this.context;
    const [{ faults }, { keys }] = await Promise.all([plane.get(this.path), plane.get(at`sandboxes/${sandbox}/keys`)]);
    this.fields.offerKeys(keys);
    this.list.update(faults);
  }

  /** @returns {import('../rows.js').Column<Row>[]} */
  columns() {
    return [
      { title: 'Fault', text: kind },
      { title: 'Matched', class: 'number', text: ({ matched }) => String(matched) },
      { title: 'Acted', class: 'number', text: ({ acted }) => String(acted) },
      { title: 'Left', class: 'number', text: ({ remaining }) => (remaining === null ? 'no end' : String(remaining)) },
      {
        title: 'Actions',
        class: 'actions',
        make: (row) => actionButtons(this.context, `${kind(row)}, ${row.id}`, () => [this.removing(row.id)]),
      },
      { title: 'Matches', text: matches },
      { title: 'Acts', text: acts },
      { title: 'Identifier', class: 'code', text: ({ id }) => id },
    ];
  }

  /**
   * @param {string} id
   * @returns {import('../actions.js').Action}
   */
  removing(id) {
    const path = at`sandboxes/${this.context.sandbox}/faults/${id}`;
    return { label: 'Remove', request: () => ({ method: 'DELETE', path }), done: 'The fault was removed.' };
  }

  /** @returns {import('../actions.js').Action} */
  removingAll() {
    return {
      label: 'Remove all faults',
      request: () => ({ method: 'DELETE', path: this.path }),
      done: 'There are no faults.',
    };
  }

  /** Return the form that adds a fault, or those of a preset. */
  adding() {
    /** @type {import('../actions.js').Action} */
    const action = {
      label: 'Add it',
      request: () => ({ method: 'POST', path: this.path, body: this.fields.body() }),
      done: 'The fault was added.',
    };
    return section('Add a fault', actionForm(this.context, action, this.fields.node));
  }
}

/** @param {Row} fault */
function kind({ kind: name, preset, status, delayMs, retryAfter }) {
  return [
    preset === null ? name : `${preset}: ${name}`,
    status !== null && `status ${status}`,
    retryAfter !== null && `Retry-After ${retryAfter}`,
    delayMs > 0 && `${delayMs} ms`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** @param {Row} fault */
function matches({ operation, key, resource }) {
  const parts = [operation ?? 'any operation', key !== null && `key ${key}`, resource !== null && `resource ${resource}`];
  return parts.filter(Boolean).join(', ');
}

/** @param {Row} fault */
function acts({ from, times, probability, resendMs }) {
  const parts = [
    from > 1 && `from match ${from} on`,
    times !== null && (times === 1 ? 'once' : `${times} times`),
    probability < 1 && `with the probability ${probability}`,
    resendMs !== null && `again for ${resendMs} ms`,
  ].filter(Boolean);
  return parts.length === 0 ? 'always' : parts.join(', ');
}
