// @ts-check
/** The decision trace of an exchange: the rules in order, the one that decided, and what gets the request past it. */

import { actionButtons } from './actions.js';
import { element, link, section, setText } from './elements.js';
import { remedyFor } from './remedies.js';
import { checksOf, pastOf } from './rules.js';
import { visible } from './texts.js';

/** @typedef {import('./types.js').Schemas['Exchange']} Exchange */

const VERDICTS = { passed: 'passed', refused: 'refused the request', answered: 'decided the response' };

export class Trace {
  /**
   * @param {import('./types.js').Context} context
   * @param {Exchange} exchange
   */
  constructor(context, exchange) {
    this.context = context;
    this.exchange = exchange;
    const { message, details } = refusal(exchange);
    this.details = details;
    this.news = element('p', {});
    this.remedies = element('div', { class: 'remedies', tabindex: -1 });
    this.offered = '';
    const { rule, faults } = exchange;
    const past = rule ? pastOf(rule, details) : faults.length > 0 && 'A fault acted on the exchange, which no rule refused.';
    this.node = section(
      heading(exchange),
      message !== undefined && element('blockquote', {}, visible(message)),
      exchange.trace.length > 0
        ? element('ol', { class: 'trace', 'aria-label': 'Rules in order' }, ...exchange.trace.map(ruleItem))
        : element('p', { class: 'hint' }, 'No rule was applied.'),
      rule !== null && element('h3', {}, 'What gets past it'),
      past && element('p', { class: 'past' }, past),
      this.news,
      this.remedies,
    );
  }

  /** Bring the remedies up to date: a job may have ended meanwhile. */
  async refresh() {
    const { plane, sandbox, address } = this.context;
    const { exchange, details } = this;
    const { links, actions, news } = await remedyFor({ plane, sandbox, exchange, details });
    setText(this.news, visible(news.join(' ')));
    this.news.hidden = news.length === 0;
    const offered = JSON.stringify([links, actions.map(({ label }) => label)]);
    if (offered !== this.offered) {
      this.offered = offered;
      const hadFocus = this.remedies.contains(document.activeElement);
      const anchors = links.map(({ text, place: [panel, ...rest] }) => link(address(panel, ...rest), visible(text)));
      this.remedies.replaceChildren(
        element('p', { class: 'actions' }, actions.length > 0 && actionButtons(this.context, 'what gets past it', () => actions), ...anchors),
      );
      if (hadFocus) {
        this.remedies.focus();
      }
    }
  }
}

/** @param {Exchange} exchange */
function heading({ rule, status }) {
  if (rule === null) {
    return 'Decision trace';
  }
  return status !== null && status < 400 ? 'Why this response?' : 'Why was this refused?';
}

/** @param {{rule: string, verdict: 'passed' | 'refused' | 'answered'}} step */
function ruleItem({ rule, verdict }) {
  const text = `${rule}: ${VERDICTS[verdict]}`;
  const checks = checksOf(rule);
  return element(
    'li',
    { class: verdict === 'passed' ? null : 'decided' },
    verdict === 'passed' ? text : element('strong', {}, text),
    checks && element('span', { class: 'hint' }, ` (checks ${checks})`),
  );
}

/**
 * Return the message of a refusal and its details, unless they belong to an example of another refusal.
 *
 * @param {Exchange} exchange
 * @returns {{message?: string, details: import('./rules.js').Details}}
 */
function refusal({ rule, response }) {
  try {
    const { message, details } = JSON.parse(response.body ?? '').error;
    const isOwn = details?.rule === rule && typeof message === 'string';
    return isOwn ? { message, details } : { details: {} };
  } catch {
    return { details: {} };
  }
}
