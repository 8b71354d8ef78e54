// @ts-check
/** The panel of jobs: how far they are, and how they end. */

import { actionButtons, actionForm, renewButtons } from '../actions.js';
import { at } from '../control_plane.js';
import { element, field, link, section, select, setOptions, setText } from '../elements.js';
import { endFields, prospectingFields } from '../job_fields.js';
import { LongTable } from '../long_table.js';
import { visible } from '../texts.js';
import { KeyChooser } from '../vendor.js';

/** @typedef {import('../types.js').Job & {audienceName?: string}} Row */

export const title = 'Jobs';

/**
 * Show the jobs.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const shown = new Jobs(context);
  return { node: shown.node, refresh: () => shown.refresh(), moves: () => shown.moves, close: () => shown.list.close() };
}

/** The jobs of a sandbox, or the one that the address names. */
class Jobs {
  /** @param {import('../types.js').Context} context */
  constructor(context) {
    this.context = context;
    this.moves = false;
    this.keys = new KeyChooser();
    this.group = select([]);
    const [only] = context.route;
    const all = only !== undefined && element('p', {}, `Only the job ${only}. `, link(context.address('jobs'), 'Show all'));
    this.list = new LongTable({ caption: 'Jobs', columns: this.columns(), key: (/** @type {Row} */ { id }) => id });
    this.node = element('div', {}, all, this.list.node, this.keys.node, this.starting());
  }

  /** Read the jobs, the names of the audiences that they populate, and the keys. */
  async refresh() {
    const { plane, sandbox, route } = this.context;
    const [{ jobs }, { audiences }, seen] = await Promise.all([
      plane.get(at`sandboxes/${sandbox}/jobs`),
      plane.get(at`sandboxes/${sandbox}/audiences?ready=false`),
      plane.get(at`sandboxes/${sandbox}`),
    ]);
    const names = new Map(audiences.map((/** @type {import('../types.js').Audience} */ { id, name }) => [id, name]));
    const wanted = jobs.filter((/** @type {Row} */ { id }) => route.length === 0 || id === route[0]);
    this.moves = seen.clock.mode === 'real' && jobs.some(isTimed);
    this.keys.update(seen.keys);
    const groups = seen.accountGroups.map((/** @type {any} */ { id, name }) => ({ value: id, text: `${name} (${id})` }));
    setOptions(this.group, groups);
    this.list.update(wanted.map((/** @type {Row} */ job) => ({ ...job, audienceName: names.get(job.audienceId) })));
  }

  /** @returns {import('../rows.js').Column<Row>[]} */
  columns() {
    return [
      {
        title: 'Audience',
        class: 'wide',
        make: ({ audienceId }) => link(this.context.address('audiences', audienceId), audienceId),
        update: (node, { audienceName, audienceId }) => setText(node, visible(audienceName ?? audienceId)),
      },
      { title: 'Status', make: () => element('span'), update: showStatus },
      { title: 'Progress', make: bar, update: showProgress },
      {
        title: 'Actions',
        class: 'actions',
        make: (row, latest) => actionButtons(this.context, `job ${row.id}`, () => this.actions(latest())),
        update: renewButtons,
      },
      { title: 'Stages', text: stages },
      { title: 'Imported', class: 'number', text: ({ imported, requested }) => `${imported} of ${requested}` },
      { title: 'Moves', text: pace },
      { title: 'Started', text: ({ createdAt }) => createdAt },
      { title: 'Ended', text: ({ endedAt }) => endedAt ?? '' },
      { title: 'Identifier', class: 'code', text: ({ id }) => id },
    ];
  }

  /**
   * @param {Row} row
   * @returns {import('../actions.js').Action[]}
   */
  actions({ id, accountGroupId, endedAt, status }) {
    if (endedAt !== null) {
      return [];
    }
    const path = at`sandboxes/${this.context.sandbox}/jobs/${id}/end`;
    const { fields, body } = endFields();
    return [
      { label: 'Complete', request: () => ({ method: 'POST', path, body: { outcome: 'completed' } }) },
      { label: 'Fail', request: () => ({ method: 'POST', path, body: { outcome: 'failed' } }) },
      {
        label: 'Cancel',
        request: () => this.keys.request('POST', accountGroupId, at`/prospecting/${id}/cancel`),
      },
      { label: 'End as', fields, request: () => ({ method: 'POST', path, body: body() }) },
      ...(status === 'queued' ? [this.running(id)] : []),
    ];
  }

  /**
   * Return the action that lets a queued job run until it is ended.
   *
   * @param {string} id
   * @returns {import('../actions.js').Action}
   */
  running(id) {
    const path = at`sandboxes/${this.context.sandbox}/jobs/${id}`;
    return { label: 'Run by hand', request: () => ({ method: 'PATCH', path, body: { status: 'running' } }) };
  }

  /** Return the form that starts a job by the vendor's API. */
  starting() {
    const { fields, body } = prospectingFields();
    const action = {
      label: 'Start a job',
      request: () => this.keys.request('POST', this.group.value, at`/prospecting`, body()),
    };
    const hint = "By the vendor's API, as a client does: it makes the audience that it populates. A job on an audience that is there starts in its row.";
    const form = actionForm(this.context, action, ...fields, field('Account group', this.group));
    return section('Start a job', element('p', { class: 'hint' }, hint), form);
  }
}

/** @param {Row} job */
function isTimed({ endedAt, jobPace }) {
  return endedAt === null && jobPace.pace === 'time';
}

/**
 * @param {HTMLElement} node
 * @param {Row} row
 */
function showStatus(node, { status, endedAt }) {
  setText(node, status);
  node.className = endedAt === null ? 'busy' : status === 'completed' ? 'good' : 'problem';
}

function bar() {
  return element('span', {}, element('progress', { max: 100 }), ' ', element('span'));
}

/**
 * @param {HTMLElement} node
 * @param {Row} row
 */
function showProgress(node, { id, progress }) {
  const [shown, text] = node.children;
  if (shown instanceof HTMLProgressElement) {
    shown.value = percent(progress);
    shown.setAttribute('aria-label', `Progress of the job ${id}`);
  }
  setText(text, `${percent(progress)} %`);
}

/** @param {Row} row */
function stages({ stages: { import: imported, enrichment } }) {
  return `import ${percent(imported)} %, enrichment ${percent(enrichment)} %`;
}

/** @param {Row} row */
function pace({ jobPace: { pace: driver, durationMs, polls }, polled }) {
  const texts = {
    time: `by time, ${durationMs / 1_000} s`,
    polls: `by readings, ${polled} of ${polls}`,
    manual: 'by hand',
    immediate: 'at once',
  };
  return texts[driver];
}

/** @param {number} share */
function percent(share) {
  return Math.round(share * 100);
}
