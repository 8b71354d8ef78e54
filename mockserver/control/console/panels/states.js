// @ts-check
/** The panel of provider states: a form for each, made from the contract, and what was set up with its values. */

import { actionButtons, actionForm } from '../actions.js';
import { at } from '../control_plane.js';
import { button, element, field, link, section, select, setText } from '../elements.js';
import { SchemaFields } from '../schema_fields.js';
import { Setups } from '../setups.js';
import { statesOf } from '../state_contract.js';

/** @typedef {import('../state_contract.js').State} State */
/** @typedef {import('../setups.js').Setup} Setup */

const OFFERED = 100; // jobs; others can be typed

export const title = 'Provider states';

/**
 * Show the states.
 *
 * @param {import('../types.js').Context} context
 * @returns {Promise<import('../types.js').Panel>}
 */
export async function show(context) {
  const shown = new States(context, statesOf(await context.plane.get(at`provider-states.json`)));
  return { node: shown.node, refresh: () => shown.refresh() };
}

/** The provider states. */
class States {
  /**
   * @param {import('../types.js').Context} context
   * @param {State[]} states
   */
  constructor(context, states) {
    this.context = context;
    this.setups = new Setups(context.sandbox);
    /** @type {SchemaFields[]} */
    this.forms = [];
    this.where = select([
      { value: 'here', text: `In the sandbox ${context.sandbox}; a key of another one is refused` },
      { value: 'there', text: 'In the sandbox of the API key, else in that of the job, else in default' },
    ]);
    this.node = element(
      'div',
      {},
      element('p', {}, 'A state may act on another sandbox than the selected one: on that of the API key.'),
      element('div', { class: 'form' }, field('Where', this.where)),
      section('States', ...states.map((state) => this.entry(state))),
    );
  }

  /**
   * Return the description of a state and its form.
   *
   * @param {State} state
   */
  entry({ name, description, shows, teardown, params }) {
    const fields = new SchemaFields(params);
    this.forms.push(fields);
    const summary = element('summary');
    const done = element('div');
    const list = () => this.list(name, summary, done);
    /** @type {Record<string, unknown>} */
    let sent = {};
    /** @type {import('../actions.js').Action} */
    const action = {
      label: 'Set it up',
      request: () => {
        sent = fields.value();
        return this.request(name, sent, 'setup', this.query());
      },
      done: `Set up: ${name}.`,
      then: (/** @type {Record<string, unknown>} */ values) => {
        this.setups.add({ state: name, params: sent, values, query: this.query() });
        list();
      },
    };
    list();
    const facts = element('dl', { class: 'facts' }, ...fact('Shown by', shows), ...fact('Teardown', teardown));
    const form = actionForm(this.context, action, ...fields.nodes);
    const open = this.context.route[0] === name;
    return element('details', { class: 'state', open }, summary, element('p', {}, ...withCode(description)), facts, form, done);
  }

  /** Return the sandbox to name in the query: none where the API key or the job tells. */
  query() {
    return this.where.value === 'here' ? this.context.sandbox : '';
  }

  /**
   * @param {string} state
   * @param {Record<string, unknown>} params
   * @param {'setup' | 'teardown'} action
   * @param {string} sandbox
   * @returns {import('../types.js').PlannedRequest}
   */
  request(state, params, action, sandbox) {
    const path = sandbox === '' ? at`provider-states` : at`provider-states?sandbox=${sandbox}`;
    return { method: 'POST', path, body: { state, params, action } };
  }

  /**
   * List what was set up of a state from this tab, newest first.
   *
   * @param {string} name
   * @param {HTMLElement} summary
   * @param {HTMLElement} node
   */
  list(name, summary, node) {
    const made = this.setups.all().filter(({ state }) => state === name);
    const again = () => {
      this.list(name, summary, node);
      summary.focus();
    };
    setText(summary, made.length === 0 ? name : `${name} (${made.length} set up from this tab)`);
    node.replaceChildren(...made.map((setup) => this.setup(setup, again)));
  }

  /**
   * Return the values of what was set up, and the action that tears it down.
   *
   * @param {Setup} setup
   * @param {() => void} again lists what is left
   */
  setup({ state, params, values, query, number }, again) {
    const given = Object.entries({ ...params, ...values });
    /** @type {import('../actions.js').Action} */
    const action = {
      label: 'Tear down',
      request: () => this.request(state, { ...params, ...values }, 'teardown', query),
      done: `Torn down: ${state}.`,
      then: () => {
        this.setups.remove(number);
        again();
      },
    };
    return element(
      'article',
      { class: 'setup' },
      element('h3', {}, `Set up, number ${number}`),
      element('dl', { class: 'facts' }, ...given.flatMap(([name, value]) => this.value(name, value))),
      element('p', { class: 'actions' }, actionButtons(this.context, `${state}, number ${number}`, () => [action])),
    );
  }

  /**
   * Return a value with a button that copies it.
   *
   * @param {string} name
   * @param {unknown} value
   */
  value(name, value) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(text);
        this.context.notice(`Copied: ${name}.`);
      } catch {
        this.context.notice('The browser does not let this page copy. Select the text by hand.', 'problem');
      }
    };
    const panel = name === 'jobId' ? 'jobs' : name === 'audienceId' ? 'audiences' : undefined;
    const shown = element('code', {}, panel === undefined ? text : link(this.context.address(panel, text), text));
    return [element('dt', {}, name), element('dd', {}, shown, ' ', button('Copy', copy, { 'aria-label': `Copy ${name}` }))];
  }

  /** Read the keys, account groups and active jobs of the sandbox, and offer them. */
  async refresh() {
    const { plane, sandbox } = this.context;
    const [seen, { jobs }] = await Promise.all([plane.get(at`sandboxes/${sandbox}`), plane.get(at`sandboxes/${sandbox}/jobs`)]);
    const keys = seen.keys.filter((/** @type {import('../types.js').Key} */ { revoked }) => !revoked);
    const active = jobs.filter((/** @type {import('../types.js').Job} */ { endedAt }) => endedAt === null).slice(0, OFFERED);
    for (const form of this.forms) {
      form.offer('apiKey', keys.map((/** @type {import('../types.js').Key} */ { key, name }) => ({ value: key, text: name })));
      form.offer('accountGroupId', seen.accountGroups.map((/** @type {any} */ { id, name }) => ({ value: id, text: name })));
      form.offer('jobId', active.map((/** @type {import('../types.js').Job} */ { id, status }) => ({ value: id, text: status })));
    }
  }
}

/** @param {string} name @param {string} text */
function fact(name, text) {
  return [element('dt', {}, name), element('dd', {}, ...withCode(text))];
}

/** @param {string} text with code between backticks */
function withCode(text) {
  return text.split('`').map((part, place) => (place % 2 === 0 ? part : element('code', {}, part)));
}
