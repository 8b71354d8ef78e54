// @ts-check
/** The panel of sandboxes: all that there are, and how to make one, copy it, take it along, and return to a snapshot. */

import { actionButtons, actionForm } from '../actions.js';
import { at } from '../control_plane.js';
import { element, field, link, section, select } from '../elements.js';
import { LongTable } from '../long_table.js';
import { address } from '../routes.js';
import { seedFields } from '../seed_fields.js';
import { exporting, importing, snapshots } from '../worlds.js';

/** @typedef {import('../types.js').SandboxSummary} Row */

export const title = 'Sandboxes';

/**
 * Show the sandboxes, and what can be done with that which is chosen.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const list = new LongTable({ caption: 'Sandboxes', columns: columns(context), key: (/** @type {Row} */ { id }) => id });
  const taken = snapshots(context);
  return {
    node: element('div', {}, list.node, taken.node, making(context), exporting(context), importing(context)),
    async refresh() {
      list.update((await context.plane.get(at`sandboxes`)).sandboxes);
      await taken.refresh();
    },
    close: () => list.close(),
  };
}

/**
 * @param {import('../types.js').Context} context
 * @returns {import('../rows.js').Column<Row>[]}
 */
function columns(context) {
  return [
    { title: 'Sandbox', class: 'wide', make: ({ id, name }) => link(address(id, 'audiences'), name || id) },
    { title: 'Made', text: ({ createdAt }) => createdAt },
    {
      title: 'Actions',
      class: 'actions',
      make: (row) => actionButtons(context, `${row.name} ${row.id}`, () => actions(context, row)),
    },
    { title: 'Deleted after disuse', text: ({ idleExpirySeconds: after }) => (after === null ? 'never' : `${after} s`) },
    { title: 'Identifier', class: 'code', text: ({ id }) => id },
  ];
}

/**
 * @param {import('../types.js').Context} context
 * @param {Row} row
 * @returns {import('../actions.js').Action[]}
 */
function actions(context, { id, name }) {
  const copy = element('input', { maxlength: 1000, value: `copy of ${name || id}` });
  const called = name || id;
  return [
    {
      label: 'Fork',
      fields: [field('Name of the copy', copy)],
      request: () => ({ method: 'POST', path: at`sandboxes`, body: { from: id, name: copy.value } }),
      then: opened,
    },
    {
      label: 'Reset',
      request: () => ({ method: 'POST', path: at`sandboxes/${id}/reset` }),
      loses: { title: `Reset ${called}?`, text: 'All changes since its seed are lost, and so is its journal.' },
    },
    ...(id === 'default' ? [] : [deletion(context, id, called)]),
  ];
}

/**
 * @param {import('../types.js').Context} context
 * @param {string} id
 * @param {string} name
 * @returns {import('../actions.js').Action}
 */
function deletion({ sandbox }, id, name) {
  return {
    label: 'Delete',
    request: () => ({ method: 'DELETE', path: at`sandboxes/${id}` }),
    loses: { title: `Delete ${name}?`, text: 'All that is in it is lost, its snapshots, too.' },
    then: () => {
      if (id === sandbox) {
        location.hash = address('default', 'sandboxes');
      }
    },
  };
}

/** @param {import('../types.js').Context} context */
function making(context) {
  const name = element('input', { maxlength: 1000 });
  const from = select([{ value: 'nothing', text: 'One account group and one key' }, { value: 'seed', text: 'A seed document' }]);
  const seed = seedFields('JSON or YAML.');
  const expiry = element('input', { type: 'number', min: 1, max: 31_536_000 });
  seed.node.hidden = true;
  from.addEventListener('change', () => {
    seed.node.hidden = from.value !== 'seed';
  });
  /** @type {import('../actions.js').Action} */
  const action = {
    label: 'Make a sandbox',
    request: () => {
      if (from.value === 'seed' && seed.text().trim() === '') {
        throw new Error('paste a seed document, or choose a file');
      }
      const body = {
        name: name.value,
        ...(from.value === 'seed' ? { seed: seed.text() } : {}),
        ...(expiry.value === '' ? {} : { idleExpirySeconds: Number(expiry.value) }),
      };
      return { method: 'POST', path: at`sandboxes`, body };
    },
    then: opened,
  };
  const hint = "Empty for the server's default.";
  const fields = [field('Name', name), field('From', from), seed.node, field('Deleted after disuse, in seconds', expiry, hint)];
  return section('Make a sandbox', actionForm(context, action, ...fields));
}

/**
 * Show a sandbox that was made; its keys are what one needs first.
 *
 * @param {import('../types.js').Sandbox} made
 */
function opened({ id }) {
  location.hash = address(id, 'keys');
}
