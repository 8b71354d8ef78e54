// @ts-check
/** The panel of the clock: its mode and instant, how to move it, what happened on the way, and the pace of jobs. */

import { actionButtons, actionForm } from '../actions.js';
import { at } from '../control_plane.js';
import { element, field, link, section, setText } from '../elements.js';
import { LongTable } from '../long_table.js';
import { PaceForm } from '../pace_fields.js';

/** @typedef {import('../types.js').Schemas['Event']} ClockEvent */
/** @typedef {import('../types.js').Schemas['ClockAdvanced']} Advanced */
/** @typedef {ClockEvent & {place: number}} Row */

const SLIDER_END = 3_600; // seconds; a greater number is typed
const TEXTS = {
  'job-started': 'A job started',
  'job-ended': 'A job ended',
  'key-expired': 'A key expired',
  'idempotency-key-forgotten': 'An idempotency key was forgotten',
  'limit-lifted': 'A limit lets a request pass again',
  'limit-refilled': 'A limit is full again',
};

export const title = 'Clock';

/**
 * Show the clock.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const shown = new Clock(context);
  return { node: shown.node, refresh: () => shown.refresh(), moves: () => shown.moves, close: () => shown.list.close() };
}

/** The clock of a sandbox. */
class Clock {
  /** @param {import('../types.js').Context} context */
  constructor(context) {
    this.context = context;
    this.moves = false;
    this.path = at`sandboxes/${context.sandbox}/clock`;
    /** @type {Map<string, string>} */
    this.keyNames = new Map();
    this.instant = element('dd', { class: 'code' });
    this.mode = element('dd');
    this.pace = new PaceForm(context);
    this.list = new LongTable({
      caption: 'Events',
      columns: this.columns(),
      key: (/** @type {Row} */ { place }) => String(place),
      empty: 'Nothing happened.',
    });
    this.summary = element('p');
    this.happened = section('What happened on the way', this.summary, this.list.node);
    this.happened.hidden = true;
    this.node = element('div', {}, this.facts(), this.advancing(), this.happened, this.setting(), this.pace.node);
  }

  /** Return the instant and the mode of the clock. */
  facts() {
    const rows = [element('dt', {}, 'Instant'), this.instant, element('dt', {}, 'Mode'), this.mode];
    return element('dl', { class: 'facts' }, ...rows);
  }

  /** Return the buttons and the form that move the clock forward. */
  advancing() {
    const buttons = actionButtons(this.context, 'the clock', () => [this.advance('+30 s', () => 30), this.advance('+5 min', () => 300)]);
    const seconds = element('input', { type: 'number', min: 0.001, max: 100_000_000_000, step: 0.001, value: 30, required: true });
    const slider = element('input', { type: 'range', min: 0, max: SLIDER_END, step: 5, value: 30 });
    const length = element('output');
    const action = this.advance('Advance', () => Number(seconds.value));
    const form = actionForm(this.context, action, element('div', { class: 'slider' }, field('Time to move by', slider), length), field('Seconds', seconds));
    const follow = () => {
      slider.value = String(Math.min(Number(seconds.value), SLIDER_END));
      setText(length, duration(Number(seconds.value)));
      slider.setAttribute('aria-valuetext', duration(Number(seconds.value)));
    };
    slider.addEventListener('input', () => {
      seconds.value = slider.value;
      follow();
    });
    seconds.addEventListener('input', follow);
    length.setAttribute('for', `${slider.id} ${seconds.id}`);
    follow();
    return section('Move it forward', element('p', { class: 'actions' }, buttons), form);
  }

  /**
   * Return the action that moves the clock forward.
   *
   * @param {string} label
   * @param {() => number} seconds
   * @returns {import('../actions.js').Action}
   */
  advance(label, seconds) {
    const path = at`sandboxes/${this.context.sandbox}/clock/advance`;
    return {
      label,
      request: () => ({ method: 'POST', path, body: { seconds: seconds() } }),
      done: 'The clock was moved forward.',
      then: (/** @type {Advanced} */ advanced) => this.showEvents(advanced),
    };
  }

  /**
   * Show what happened while the clock moved.
   *
   * @param {Advanced} advanced
   */
  showEvents({ now, events }) {
    this.happened.hidden = false;
    const count = events.length === 1 ? 'One event' : `${events.length} events`;
    setText(this.summary, `${count} until ${now}.`);
    this.list.update([]);
    this.list.update(events.map((event, place) => ({ ...event, place })));
  }

  /** @returns {import('../rows.js').Column<Row>[]} */
  columns() {
    return [
      { title: 'Instant', class: 'code', text: ({ at: instant }) => instant },
      { title: 'Event', text: ({ event }) => TEXTS[event] },
      { title: 'Details', text: details },
      { title: 'Job or key', make: (row) => element('span', {}, ...this.subject(row)) },
      { title: 'Audience', make: ({ audienceId }) => element('span', {}, audienceId && this.linkTo('audiences', audienceId)) },
    ];
  }

  /**
   * Return links to the job or the key that an event is about.
   *
   * @param {Row} row
   */
  subject({ jobId, key }) {
    return [
      jobId !== undefined && this.linkTo('jobs', jobId),
      key !== undefined && link(this.context.address('keys'), this.keyNames.get(key) || key),
    ];
  }

  /**
   * @param {string} panel
   * @param {string} id
   */
  linkTo(panel, id) {
    return link(this.context.address(panel, id), id);
  }

  /** Return the buttons and the form that stop the clock, or let it run. */
  setting() {
    const instant = element('input', { placeholder: '2030-01-01T00:00:00Z', required: true });
    const buttons = actionButtons(this.context, 'the clock', () => [
      this.set('Stop it', 'The clock stands still.', () => ({ mode: 'manual' })),
      this.set('Let it run', 'The clock runs.', () => ({ mode: 'real' })),
    ]);
    const action = this.set('Stop it there', 'The clock stands still.', () => ({ mode: 'manual', at: instant.value.trim() }));
    const form = actionForm(this.context, action, field('A later instant', instant, 'ISO 8601 with a time zone.'));
    return section('Stop it, or let it run', element('p', { class: 'actions' }, buttons), form);
  }

  /**
   * Return the action that sets the clock.
   *
   * @param {string} label
   * @param {string} done
   * @param {() => import('../types.js').Schemas['ClockSetting']} body
   * @returns {import('../actions.js').Action}
   */
  set(label, done, body) {
    return { label, done, request: () => ({ method: 'PUT', path: this.path, body: body() }) };
  }

  /** Read the clock, the names of the keys, and the pace. */
  async refresh() {
    const { plane, sandbox } = this.context;
    const [clock, { keys }] = await Promise.all([plane.get(this.path), plane.get(at`sandboxes/${sandbox}/keys`), this.pace.refresh()]);
    this.moves = clock.mode === 'real';
    this.keyNames = new Map(keys.map((/** @type {import('../types.js').Key} */ { key, name }) => [key, name]));
    setText(this.instant, clock.now);
    setText(this.mode, clock.mode === 'real' ? 'real: it runs by itself' : 'manual: it moves on request only');
  }
}

/** @param {Row} row */
function details({ outcome, imported, idempotencyKey }) {
  return [
    outcome,
    imported !== undefined && `${imported} prospects imported`,
    idempotencyKey !== undefined && `idempotency key ${idempotencyKey}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** @param {number} seconds */
function duration(seconds) {
  const units = /** @type {const} */ ([['d', 86_400], ['h', 3_600], ['min', 60]]);
  let rest = seconds;
  const parts = [];
  for (const [unit, size] of units) {
    if (rest >= size) {
      parts.push(`${Math.floor(rest / size)} ${unit}`);
      rest %= size;
    }
  }
  if (rest > 0 || parts.length === 0) {
    parts.push(`${Number(rest.toFixed(3))} s`);
  }
  return parts.join(' ');
}
