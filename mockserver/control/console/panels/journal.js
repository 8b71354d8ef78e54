// @ts-check
/** The panel of the journal: its exchanges as they come, newest first; `#/<sandbox>/journal/<number>` shows one. */

import { actionButtons } from '../actions.js';
import { commandsFor } from '../commands.js';
import { at } from '../control_plane.js';
import { button, element, link, setText } from '../elements.js';
import { showExchange } from '../exchange.js';
import { filterSegments, journalPath, parsedFilters } from '../journal_filters.js';
import { FilterForm } from '../journal_filter_form.js';
import { columns, rowsOf } from '../journal_rows.js';
import { journalOf } from '../journal_store.js';
import { LongTable } from '../long_table.js';
import { counted } from '../texts.js';

export const title = 'Journal';

/**
 * Show the journal, or one of its exchanges.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const [first, ...rest] = context.route;
  if (/^[1-9]\d{0,14}$/.test(first)) {
    return showExchange(context, Number(first), parsedFilters(rest));
  }
  return new JournalPanel(context);
}

class JournalPanel {
  /** @param {import('../types.js').Context} context */
  constructor(context) {
    this.context = context;
    this.journal = journalOf(context);
    this.filters = new FilterForm(parsedFilters(context.route), () => this.filtered());
    /** @type {import('../types.js').Exchange[] | undefined} the exchanges that were there at a pause */
    this.paused = undefined;
    /** @type {import('../journal_rows.js').Row[]} */
    this.shown = [];
    this.findings = this.journal.findingsByExchange();
    this.isFirst = true;
    const address = (/** @type {number} */ number) => this.address(String(number));
    this.table = new LongTable({
      caption: 'Exchanges, newest first',
      columns: columns(address, () => this.findings),
      key: ({ key }) => key,
      empty: 'No exchange.',
    });
    this.count = element('p', { class: 'hint' });
    this.pauseButton = button('Pause', () => this.pause());
    const request = () => ({ method: /** @type {const} */ ('GET'), path: journalPath(context.sandbox, this.filters.values) });
    this.commands = commandsFor(context.plane, request, 'This view as a command');
    const actions = actionButtons(context, 'the journal', () => journalActions(context));
    const bar = element('p', { class: 'actions' }, this.pauseButton, actions);
    this.node = element('div', {}, this.filters.node, bar, this.count, this.table.node, this.commands.node);
    this.unsubscribe = this.journal.subscribe(() => this.draw());
    this.draw();
  }

  /** Read what the stream does not tell. */
  async refresh() {
    await this.journal.refresh();
    if (this.isFirst) {
      const { plane, sandbox } = this.context;
      this.filters.keys = (await plane.get(at`sandboxes/${sandbox}/keys`)).keys;
      this.isFirst = false;
      this.draw();
      if (this.table.isUntouched) { // findings take their time: somebody may be reading already
        this.table.reveal(Math.max(0, this.shown.findIndex(({ entry }) => entry?.number === this.journal.opened)));
      }
    }
  }

  /** Return whether findings are still to be read. */
  moves() {
    return this.journal.isUnjudged;
  }

  /** End the drawing. */
  close() {
    this.unsubscribe();
    this.table.close();
  }

  /** Stop the list, or continue. */
  pause() {
    this.paused = this.paused === undefined ? [...this.journal.entries.values()] : undefined;
    this.draw();
  }

  /** Show the exchanges of other filters; the address names them, so that it can be handed on. */
  filtered() {
    history.replaceState(null, '', this.address());
    this.commands.renew();
    this.draw();
  }

  /** @param {...string} first the address with the filters */
  address(...first) {
    return this.context.address('journal', ...first, ...filterSegments(this.filters.values));
  }

  /** Bring the list up to date. */
  draw() {
    const { journal } = this;
    const entries = this.paused ?? [...journal.entries.values()];
    this.findings = journal.findingsByExchange();
    this.filters.offer(entries);
    const matching = entries.filter(this.filters.condition());
    this.shown = rowsOf(matching, journal);
    this.table.update(this.shown);
    const waiting = this.paused === undefined ? 0 : [...journal.entries.keys()].filter(isAbove(this.paused)).length;
    setText(this.pauseButton, this.paused === undefined ? 'Pause' : `Continue (${waiting} new)`);
    this.drawCount(matching.length, entries.length);
  }

  /**
   * @param {number} matching
   * @param {number} all
   */
  drawCount(matching, all) {
    const { findings } = this.journal;
    const some = matching < all ? `${matching.toLocaleString('en')} of ` : '';
    const text = `${some}${counted(all, 'exchange')}. `;
    if (this.count.firstChild?.textContent !== text || this.count.lastChild?.textContent !== counted(findings.length, 'finding')) {
      const href = this.context.address('findings');
      this.count.replaceChildren(text, link(href, counted(findings.length, 'finding')));
    }
  }
}

/**
 * @param {import('../types.js').Context} context
 * @returns {import('../actions.js').Action[]}
 */
function journalActions({ sandbox }) {
  return [
    {
      label: 'Download HAR',
      request: () => ({ method: 'GET', path: at`sandboxes/${sandbox}/journal.har` }),
      then: (archive) => save(`${sandbox}.har`, JSON.stringify(archive)),
    },
    {
      label: 'Drop',
      done: 'The exchanges were dropped.',
      request: () => ({ method: 'DELETE', path: at`sandboxes/${sandbox}/journal` }),
      loses: { title: 'Drop all exchanges?', text: 'They are lost, and so are the findings about them.' },
    },
  ];
}

/**
 * @param {string} name
 * @param {string} content
 */
function save(name, content) {
  const href = URL.createObjectURL(new Blob([content], { type: 'application/json' }));
  element('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** @param {import('../types.js').Exchange[]} entries */
function isAbove(entries) {
  const highest = entries.reduce((most, { number }) => Math.max(most, number), 0);
  return (/** @type {number} */ number) => number > highest;
}
