// @ts-check
/** The panel of coverage: the documented responses and situations that clients have met, and those that they never met. */

import { actionButtons, renewButtons } from '../actions.js';
import { at, ControlPlaneError } from '../control_plane.js';
import { neverMet } from '../coverage_gaps.js';
import { element, field, link, section, select, setText } from '../elements.js';
import { documented } from '../findings_view.js';
import { LongTable } from '../long_table.js';
import { counted, visible } from '../texts.js';

/** @typedef {import('../types.js').Schemas['Coverage']} Coverage */
/** @typedef {import('../types.js').Schemas['SituationCoverage']} Situation */
/** @typedef {{operation: string, status: string, description: string, met: number}} ResponseRow */

const SCOPES = [
  { value: 'sandbox', text: 'this sandbox' },
  { value: 'all', text: 'all sandboxes, those that are gone too' },
  { value: 'run', text: 'a run of tests' },
];

export const title = 'Coverage';

/**
 * Show the coverage.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const shown = new CoveragePanel(context);
  return { node: shown.node, refresh: () => shown.refresh(), close: () => shown.close() };
}

/** The coverage of a sandbox, of all, or of a run. */
class CoveragePanel {
  /** @param {import('../types.js').Context} context */
  constructor(context) {
    this.context = context;
    this.chosen = 0; // how often another coverage was chosen: a response that comes late is of an earlier one
    this.scope = select(SCOPES, { onchange: () => this.choose() });
    this.run = element('input', { type: 'text', maxlength: 200, onchange: () => this.choose() });
    this.runField = field('Name of the run', this.run, 'The member run with which its sandboxes were made.');
    this.share = element('p', { class: 'lead' });
    this.gaps = element('ul');
    this.gapsSection = section('Never met', this.gaps);
    this.situations = element('div');
    this.responses = new LongTable({
      caption: 'Responses of the operations that were requested',
      columns: responseColumns(),
      key: ({ operation, status }) => `${operation} ${status}`,
    });
    this.unused = element('p');
    this.forgetting = actionButtons(context, 'the coverage', () => this.actions());
    this.found = element(
      'div',
      {},
      this.gapsSection,
      section('Situations', this.situations),
      section('Responses', this.responses.node),
      element('details', {}, element('summary', {}, 'Operations that were not requested'), this.unused),
    );
    this.node = element(
      'div',
      {},
      element('div', { class: 'form' }, field('Coverage of', this.scope), this.runField),
      this.share,
      element('p', { class: 'actions' }, this.forgetting),
      this.found,
    );
    this.draw(undefined);
  }

  get isOfRun() {
    return this.scope.value === 'run' && this.run.value !== '';
  }

  /** Show another coverage. */
  async choose() {
    this.chosen += 1;
    this.draw(undefined);
    await this.context.refresh();
  }

  /** Read the coverage; a server without journals has none, which is no error. */
  async refresh() {
    const { plane, sandbox } = this.context;
    const chosen = this.chosen;
    const { isOfRun, run } = this;
    const isOfSandbox = this.scope.value === 'sandbox';
    const path = isOfSandbox ? at`sandboxes/${sandbox}/coverage` : isOfRun ? at`coverage?run=${run.value}` : at`coverage`;
    try {
      /** @type {Coverage} */
      const coverage = await plane.get(path);
      if (chosen === this.chosen) {
        this.draw(coverage);
      }
    } catch (error) {
      if (!(error instanceof ControlPlaneError) || error.status !== 409) {
        throw error;
      }
      this.found.hidden = true;
      setText(this.share, `There is no coverage: ${visible(error.message)}`);
    }
  }

  /** @param {Coverage | undefined} coverage */
  draw(coverage) {
    this.runField.hidden = this.scope.value !== 'run';
    renewButtons(this.forgetting);
    const requested = coverage?.operations.filter(({ requests }) => requests > 0) ?? [];
    this.found.hidden = requested.length === 0;
    setText(this.share, coverage === undefined ? 'Reading.' : shareText(coverage));
    if (coverage === undefined) {
      return;
    }
    const names = new Set(requested.map(({ operation }) => operation));
    const situations = coverage.situations.filter(({ operations }) => operations.some((name) => names.has(name)));
    replaceIfChanged(this.situations, situations, () => situations.map(situationNode));
    const gaps = neverMet(coverage);
    this.gapsSection.hidden = gaps.length === 0;
    replaceIfChanged(this.gaps, gaps, () => gaps.map((gap) => gapNode(this.context, gap)));
    this.responses.update(requested.flatMap(responseRows));
    const unused = coverage.operations.filter(({ requests }) => requests === 0).map(({ operation }) => operation);
    setText(this.unused, unused.length > 0 ? unused.join(', ') : 'Each operation was requested.');
  }

  /** @returns {import('../actions.js').Action[]} */
  actions() {
    if (this.scope.value === 'sandbox' || (this.scope.value === 'run' && !this.isOfRun)) {
      return [];
    }
    const of = this.isOfRun ? `the run ${this.run.value}` : 'all sandboxes';
    return [
      {
        label: 'Begin anew',
        request: () => ({ method: 'DELETE', path: this.isOfRun ? at`coverage?run=${this.run.value}` : at`coverage` }),
        done: 'Nothing is met so far.',
        loses: { title: 'Begin anew?', text: `The coverage of ${of} is forgotten; journals and sandboxes stay.` },
      },
    ];
  }

  close() {
    this.responses.close();
  }
}

/** @param {Coverage} coverage */
function shareText({ share, unexamined }) {
  if (share.percent === null) {
    return 'No operation was requested so far.';
  }
  const text = `${share.percent} %: ${share.covered} of ${share.of} documented responses and situations of the operations that were requested.`;
  const lost = `The situations of ${counted(unexamined, 'exchange')} are not known: a journal had dropped them.`;
  return unexamined > 0 ? `${text} ${lost}` : text;
}

/**
 * Replace the children of a node if what they show has changed: what has the focus stays otherwise.
 *
 * @param {HTMLElement} node
 * @param {unknown} shown
 * @param {() => Node[]} make
 */
function replaceIfChanged(node, shown, make) {
  const text = JSON.stringify(shown);
  if (node.dataset.shown !== text) {
    node.dataset.shown = text;
    node.replaceChildren(...make());
  }
}

/** @param {Situation} situation */
function situationNode(situation) {
  const { id, summary, met, well, findings, advice } = situation;
  return element(
    'article',
    { class: findings > 0 || (met > 0 && well === 0) ? 'finding' : null },
    element('h3', {}, id),
    element('p', {}, summary),
    element('p', {}, `Met: ${times(met)}. Handled well: ${times(well)}. Findings: ${findings}.`),
    element('blockquote', {}, documented(situation)),
    element('p', {}, element('strong', {}, 'Advice: '), advice),
  );
}

/**
 * @param {import('../types.js').Context} context
 * @param {import('../coverage_gaps.js').Gap} gap
 */
function gapNode({ address }, { subject, missing }) {
  const parts = missing.flatMap(({ text, help }, index) => [
    index > 0 && ', ',
    text,
    help && ' (',
    help && link(address(help.panel), help.text),
    help && ')',
  ]);
  return element('li', {}, `${subject}: `, ...parts);
}

/** @returns {import('../rows.js').Column<ResponseRow>[]} */
function responseColumns() {
  return [
    { title: 'Operation', text: ({ operation }) => operation },
    { title: 'Status', text: ({ status }) => status },
    { title: 'Description', text: ({ description }) => description },
    { title: 'Met', class: 'number', text: ({ met }) => times(met) },
  ];
}

/**
 * @param {Coverage['operations'][number]} operation
 * @returns {ResponseRow[]}
 */
function responseRows({ operation, responses, undocumented, lost }) {
  const rows = responses.map(({ status, description, met }) => ({ operation, status: String(status), description, met }));
  const others = undocumented.map(({ status, met }) => ({ operation, status: String(status), description: 'not documented', met }));
  const without = { operation, status: 'lost', description: 'the client did not receive the whole response', met: lost };
  return [...rows, ...others, ...(lost > 0 ? [without] : [])];
}

/** @param {number} count */
function times(count) {
  return count === 0 ? 'never' : String(count);
}
