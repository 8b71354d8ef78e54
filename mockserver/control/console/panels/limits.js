// @ts-check
/** The panel of limits: how many requests each key may send, and how many are left to it. */

import { actionButtons, actionForm, renewButtons } from '../actions.js';
import { at } from '../control_plane.js';
import { element, field, link, section, select, setOptions, setText } from '../elements.js';
import { LongTable } from '../long_table.js';

/** @typedef {import('../types.js').Schemas['Limits']} Limits */
/** @typedef {import('../types.js').Schemas['KeyLimit'] & {name: string}} Row */

const UNITS = [
  { value: 's', text: 'second' },
  { value: 'm', text: 'minute' },
  { value: 'h', text: 'hour' },
];

export const title = 'Limits';

/**
 * Show the limits.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const shown = new LimitsPanel(context);
  return { node: shown.node, refresh: () => shown.refresh(), moves: () => shown.moves, close: () => shown.list.close() };
}

/** The limit of a sandbox, and those of its keys. */
class LimitsPanel {
  /** @param {import('../types.js').Context} context */
  constructor(context) {
    this.context = context;
    this.moves = false;
    this.path = at`sandboxes/${context.sandbox}/limits`;
    this.holding = element('p');
    this.key = select([]);
    this.list = new LongTable({ caption: 'Keys and their limits', columns: this.columns(), key: (/** @type {Row} */ { key }) => key });
    this.node = element(
      'div',
      {},
      this.holding,
      element('p', { class: 'actions' }, actionButtons(context, 'the sandbox', () => [this.liftingAll()])),
      section('Limits of the keys', this.list.node),
      section('Limit all keys', this.limiting()),
      section('Limit a single key', this.limitingKey()),
    );
  }

  /** Read the limits; where there is none, the keys are those of the sandbox. */
  async refresh() {
    const { plane, sandbox } = this.context;
    /** @type {import('../types.js').Sandbox} */
    const seen = await plane.get(at`sandboxes/${sandbox}`);
    const isLimited = [seen, ...seen.keys].some(({ rateLimit }) => rateLimit !== null);
    /** @type {Limits} */
    const limits = isLimited ? await plane.get(this.path) : { rate: null, keys: [] };
    const byKey = new Map(limits.keys.map((limit) => [limit.key, limit]));
    const rows = seen.keys.map(({ key, name }) => ({
      ...(byKey.get(key) ?? { key, rate: null, own: false, left: null, fullAt: null }),
      name: name || key,
    }));
    this.moves = seen.clock.mode === 'real' && rows.some(isFilling);
    const rate = limits.rate === null ? 'The sandbox has no limit.' : `The limit of each key without one of its own: ${spoken(limits.rate)}.`;
    setText(this.holding, rate);
    setOptions(this.key, rows.map(({ key, name }) => ({ value: key, text: name })));
    this.list.update(rows);
  }

  /** @returns {import('../rows.js').Column<Row>[]} */
  columns() {
    return [
      { title: 'Key', make: ({ name }) => link(this.context.address('keys'), name) },
      { title: 'Left', class: 'number', text: ({ left }) => String(left ?? '') },
      { title: 'Limit', text: ({ rate }) => (rate === null ? 'none' : spoken(rate)) },
      { title: 'Set for', text: ({ rate, own }) => (rate === null ? '' : own ? 'this key' : 'the sandbox') },
      {
        title: 'Actions',
        class: 'actions',
        make: ({ name }, latest) => actionButtons(this.context, name, () => this.actions(latest())),
        update: renewButtons,
      },
      { title: 'Full at', class: 'code', text: ({ fullAt }) => fullAt ?? '' },
    ];
  }

  /**
   * @param {Row} row
   * @returns {import('../actions.js').Action[]}
   */
  actions({ key, own }) {
    const path = at`sandboxes/${this.context.sandbox}/keys/${key}/limit`;
    return own ? [{ label: 'Lift its limit', request: () => ({ method: 'DELETE', path }), done: 'The key has no limit of its own.' }] : [];
  }

  /** @returns {import('../actions.js').Action} */
  liftingAll() {
    return {
      label: 'Lift all limits',
      request: () => ({ method: 'DELETE', path: this.path }),
      done: 'No key has a limit.',
    };
  }

  /** Return the form that limits all keys. */
  limiting() {
    const { fields, rate } = rateFields();
    /** @type {import('../actions.js').Action} */
    const action = {
      label: 'Limit all keys',
      request: () => ({ method: 'PUT', path: this.path, body: { rate: rate() } }),
      done: 'Each key without a limit of its own has this one.',
    };
    return actionForm(this.context, action, ...fields);
  }

  /** Return the form that gives a key a limit of its own. */
  limitingKey() {
    const { fields, rate } = rateFields();
    const { sandbox } = this.context;
    /** @type {import('../actions.js').Action} */
    const action = {
      label: 'Limit this key',
      request: () => {
        if (this.key.value === '') {
          throw new Error('the sandbox has no key');
        }
        return { method: 'PUT', path: at`sandboxes/${sandbox}/keys/${this.key.value}/limit`, body: { rate: rate() } };
      },
      done: 'The key has a limit of its own.',
    };
    return actionForm(this.context, action, field('Key', this.key), ...fields);
  }
}

/** Return the fields of a rate, and the function that returns it. */
function rateFields() {
  const count = element('input', { type: 'number', min: 1, max: 999_999, value: 60, required: true });
  const unit = select(UNITS);
  unit.value = 'm';
  const hint = 'That many may come at once; they come back evenly.';
  return { fields: [field('Requests', count, hint), field('In each', unit)], rate: () => `${count.value}/${unit.value}` };
}

/** @param {Row} row */
function isFilling({ rate, left }) {
  return rate !== null && left !== null && left < Number(rate.split('/')[0]);
}

/** @param {string} rate */
function spoken(rate) {
  const [count, unit] = rate.split('/');
  const name = UNITS.find(({ value }) => value === unit)?.text ?? unit;
  return `${count} in each ${name}`;
}
