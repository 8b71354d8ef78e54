// @ts-check
/** The view of one exchange: request, response, decision trace, and the findings about it. */

import { commandsFor } from './commands.js';
import { at, ControlPlaneError } from './control_plane.js';
import { element, link, section } from './elements.js';
import { findingNode } from './findings_view.js';
import { condition, filterSegments } from './journal_filters.js';
import { keyName, requestLine, statusText } from './journal_rows.js';
import { journalOf } from './journal_store.js';
import { messageNode } from './message_view.js';
import { Trace } from './trace.js';
import { visible } from './texts.js';

/**
 * Show an exchange.
 *
 * @param {import('./types.js').Context} context
 * @param {number} number
 * @param {import('./journal_filters.js').Filters} filters those of the list that leads here
 * @returns {import('./types.js').Panel}
 */
export function showExchange(context, number, filters) {
  return new ExchangePanel(context, number, filters);
}

class ExchangePanel {
  /**
   * @param {import('./types.js').Context} context
   * @param {number} number
   * @param {import('./journal_filters.js').Filters} filters
   */
  constructor(context, number, filters) {
    this.context = context;
    this.number = number;
    this.filters = filters;
    this.journal = journalOf(context);
    this.journal.opened = number;
    /** @type {Trace | undefined} */
    this.trace = undefined;
    this.generation = this.journal.generation;
    this.shownFindings = '';
    this.problem = element('p', { class: 'problem', hidden: true });
    this.findings = element('div');
    this.newer = link('', 'Newer');
    this.older = link('', 'Older');
    const back = link(context.address('journal', ...filterSegments(filters)), 'To the list');
    const ways = element('p', { class: 'actions' }, back, this.newer, this.older);
    this.content = element('div');
    this.path = at`sandboxes/${context.sandbox}/journal/${number}`;
    const commands = commandsFor(context.plane, () => ({ method: 'GET', path: this.path }));
    this.node = element('div', { class: 'exchange' }, ways, this.problem, this.content, commands.node);
    this.unsubscribe = this.journal.subscribe(() => this.update());
    this.update();
  }

  /** Read the exchange once, and what may change about it each time. */
  async refresh() {
    if (this.trace === undefined) {
      await this.read();
    }
    await Promise.all([this.journal.refresh(), this.trace?.refresh()]);
  }

  /** Return whether findings are still to be read. */
  moves() {
    return this.journal.isUnjudged;
  }

  /** End the updates. */
  close() {
    this.unsubscribe();
  }

  /** Read the exchange, and show it. */
  async read() {
    try {
      this.show(await this.context.plane.get(this.path));
    } catch (error) {
      if (!(error instanceof ControlPlaneError && error.status === 404)) {
        throw error;
      }
      this.say(error.message);
    }
  }

  /** @param {import('./types.js').Schemas['Exchange']} exchange */
  show(exchange) {
    this.trace = new Trace(this.context, exchange);
    this.content.replaceChildren(
      element('h2', {}, `Exchange ${exchange.number}: ${requestLine(exchange)}`),
      facts(exchange),
      this.trace.node,
      this.findings,
      section('Request', messageNode(exchange.request, 'request')),
      section('Response', messageNode(exchange.response, 'response')),
    );
  }

  /** Bring the ways to neighbours, and the findings, up to date. */
  update() {
    const { journal, number, filters, generation } = this;
    if (generation !== journal.generation) {
      this.say('Numbers have begun anew: the sandbox was reset, and this exchange is gone.');
    }
    const matches = condition(filters, []);
    const others = [...journal.entries.values()].filter(matches).map((entry) => entry.number);
    this.lead(this.newer, Math.min(...others.filter((other) => other > number)));
    this.lead(this.older, Math.max(...others.filter((other) => other < number)));
    const found = journal.findingsByExchange().get(number) ?? [];
    if (this.shownFindings !== JSON.stringify(found)) {
      this.shownFindings = JSON.stringify(found);
      const nodes = found.map((finding) => findingNode(this.context, finding, number));
      this.findings.replaceChildren(...(found.length > 0 ? [section('Findings', ...nodes)] : []));
    }
  }

  /**
   * @param {HTMLAnchorElement} node
   * @param {number} number infinite if there is none
   */
  lead(node, number) {
    const isThere = Number.isFinite(number);
    node.hidden = !isThere;
    if (isThere) {
      node.setAttribute('href', this.context.address('journal', String(number), ...filterSegments(this.filters)));
    }
  }

  /** @param {string} text */
  say(text) {
    this.problem.textContent = text;
    this.problem.hidden = false;
  }
}

/** @param {import('./types.js').Schemas['Exchange']} exchange */
function facts(exchange) {
  const { at: time, realAt, durationMs, operation, faults, query } = exchange;
  const rows = [
    ['Status', statusText(exchange)],
    ['Operation', operation ?? 'none'],
    ['Key', keyName(exchange)],
    ['Time of the sandbox', time],
    ...(realAt === time ? [] : [['Real time', realAt]]),
    ['Duration', `${durationMs} ms`],
    ...(query === '' ? [] : [['Query', query]]),
    ...(faults.length === 0 ? [] : [['Faults', faults.join(', ')]]),
  ];
  return element(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, visible(value))]),
  );
}
