// @ts-check
/** The panel of audiences: whether they are ready, which job populates them, and what can be done with them. */

import { actionButtons, actionForm, renewButtons } from '../actions.js';
import { at } from '../control_plane.js';
import { button, element, field, link, section, select, setOptions, setText } from '../elements.js';
import { LongTable } from '../long_table.js';
import { KeyChooser } from '../vendor.js';
import { startFields } from '../job_fields.js';

/** @typedef {import('../types.js').Audience} Row */
/** @typedef {import('../types.js').Schemas['Folder']} Folder */

const PAGE = 200;

export const title = 'Audiences';

/**
 * Show the audiences.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const shown = new Audiences(context);
  return { node: shown.node, refresh: () => shown.refresh(), moves: () => shown.moves, close: () => shown.list.close() };
}

/** The audiences of a sandbox, as far as they match a filter. */
class Audiences {
  /** @param {import('../types.js').Context} context */
  constructor(context) {
    this.context = context;
    this.limit = PAGE;
    this.moves = false;
    /** @type {Folder[]} */
    this.folders = [];
    this.keys = new KeyChooser();
    this.group = select([]);
    const read = () => void context.refresh();
    this.text = element('input', { type: 'search', value: context.route[0] ?? '', oninput: read });
    const states = [{ value: '', text: 'All' }, { value: 'true', text: 'Ready' }, { value: 'false', text: 'Being populated' }];
    this.ready = select(states, { onchange: read });
    this.count = element('span', { role: 'status' });
    this.more = button('Show more', () => this.showMore());
    this.list = new LongTable({ caption: 'Audiences', columns: this.columns(), key: (/** @type {Row} */ { id }) => id });
    this.node = element(
      'div',
      {},
      this.beginning(),
      element('div', { class: 'filters' }, field('Name or identifier', this.text), field('State', this.ready)),
      this.list.node,
      element('p', { class: 'actions' }, this.count, this.more),
      this.keys.node,
      this.making(),
    );
  }

  /** Return how an application comes to use this server, for this is the first panel that one sees. */
  beginning() {
    const { address, plane } = this.context;
    return element(
      'p',
      { class: 'lead' },
      'Point an application at ',
      element('code', {}, plane.vendorBase.replace(/\/$/, '')),
      ', with one of the ',
      link(address('keys'), 'keys of this sandbox'),
      '. Its requests show in the ',
      link(address('journal'), 'journal'),
      ', and what they change shows here. While a job populates an audience, no client may read, change or delete it (409).',
    );
  }

  /** Read the audiences that match, and the keys. */
  async refresh() {
    const { plane, sandbox } = this.context;
    const ready = this.ready.value && `&ready=${this.ready.value}`;
    const query = at`sandboxes/${sandbox}/audiences?limit=${this.limit}&text=${this.text.value.trim()}`;
    const path = /** @type {import('../control_plane.js').Path} */ (query + ready);
    const [listed, seen] = await Promise.all([plane.get(path), plane.get(at`sandboxes/${sandbox}`)]);
    const { audiences, folders, more } = listed;
    this.folders = folders;
    this.moves = seen.clock.mode === 'real' && audiences.some((/** @type {Row} */ audience) => !audience.ready);
    this.keys.update(seen.keys);
    const groups = seen.accountGroups.map((/** @type {any} */ { id, name }) => ({ value: id, text: `${name} (${id})` }));
    setOptions(this.group, groups);
    this.list.update(audiences);
    setText(this.count, more ? `The first ${audiences.length}.` : `${audiences.length} in all.`);
    this.more.hidden = !more;
  }

  /** Show more audiences. */
  async showMore() {
    this.limit *= 10;
    await this.context.refresh();
  }

  /** @returns {import('../rows.js').Column<Row>[]} */
  columns() {
    return [
      { title: 'Name', class: 'wide', text: ({ name }) => name },
      { title: 'State', make: () => element('span'), update: (node, row) => this.showState(node, row) },
      { title: 'Prospects', class: 'number', text: ({ prospectCount }) => String(prospectCount) },
      { title: 'Folder', text: ({ folderId }) => this.folders.find(({ id }) => id === folderId)?.name ?? '' },
      {
        title: 'Actions',
        class: 'actions',
        make: (row, latest) => actionButtons(this.context, `${row.name}, ${row.id}`, () => this.actions(latest())),
        update: renewButtons,
      },
      { title: 'Type', text: ({ type }) => type },
      { title: 'Identifier', class: 'code', text: ({ id }) => id },
      { title: 'Account group', class: 'code', text: ({ accountGroupId }) => accountGroupId },
    ];
  }

  /**
   * Show whether an audience is ready, with a link to the job that populates it.
   *
   * @param {HTMLElement} node
   * @param {Row} row
   */
  showState(node, { jobId }) {
    if (node.dataset.job !== String(jobId)) {
      node.dataset.job = String(jobId);
      node.className = jobId === null ? 'good' : 'busy';
      const text = 'Being populated by a job';
      node.replaceChildren(jobId === null ? 'Ready' : link(this.context.address('jobs', jobId), text));
    }
  }

  /**
   * @param {Row} row
   * @returns {import('../actions.js').Action[]}
   */
  actions({ id, accountGroupId: group, name, folderId, ready }) {
    const renamed = element('input', { value: name, required: true });
    const fitting = this.folders.filter(({ accountGroupId }) => accountGroupId === group);
    const choices = fitting.map((folder) => ({ value: folder.id, text: `${folder.name} (${folder.audienceType})` }));
    const folder = select([{ value: '', text: 'No folder' }, ...choices]);
    folder.value = folderId ?? '';
    const vendor = this.keys;
    return [
      {
        label: 'Rename',
        fields: [field('Name', renamed)],
        request: () => vendor.request('PATCH', group, at`/audiences/${id}`, { name: renamed.value }),
      },
      {
        label: 'Move',
        fields: [field('Folder', folder)],
        request: () =>
          folder.value === ''
            ? vendor.request('POST', group, at`/audiences/${id}/remove-from-folder`)
            : vendor.request('POST', group, at`/audiences/${id}/move-to-folder`, { folderId: folder.value }),
      },
      ...(ready ? [this.starting(id, group)] : []),
      {
        label: 'Delete',
        loses: { title: `Delete ${name}?`, text: `The audience ${id} is lost with its prospects.` },
        request: () => vendor.request('DELETE', group, at`/audiences/${id}`),
      },
    ];
  }

  /**
   * Return the action that starts a job on an audience.
   *
   * @param {string} audienceId
   * @param {string} accountGroupId
   * @returns {import('../actions.js').Action}
   */
  starting(audienceId, accountGroupId) {
    const { fields, body } = startFields();
    return {
      label: 'Start a job',
      fields,
      request: () => ({
        method: 'POST',
        path: at`sandboxes/${this.context.sandbox}/jobs`,
        body: { accountGroupId, audienceId, ...body() },
      }),
    };
  }

  /** Return the forms that make audiences and folders. */
  making() {
    const name = element('input', { required: true });
    const type = select(['on_demand', 'monitoring']);
    const what = select([{ value: 'audiences', text: 'Audience' }, { value: 'audiences/folders', text: 'Folder' }]);
    /** @type {import('../actions.js').Action} */
    const action = {
      label: 'Make it',
      request: () =>
        what.value === 'audiences'
          ? this.keys.request('POST', this.group.value, at`/audiences`, { name: name.value, type: type.value })
          : this.keys.request('POST', this.group.value, at`/audiences/folders`, { name: name.value, audienceType: type.value }),
    };
    const fields = [field('Kind', what), field('Name', name), field('Type', type), field('Account group', this.group)];
    return section('Make an audience or a folder', actionForm(this.context, action, ...fields));
  }
}
