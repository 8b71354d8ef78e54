// @ts-check
/** The panel of sandboxes: all that there are, and how to make one, copy it, take it along, and return to a snapshot. */

import { actionButtons, actionForm } from '../actions.js';
import { at } from '../control_plane.js';
import { element, field, link, section } from '../elements.js';
import { LongTable } from '../long_table.js';
import { address } from '../routes.js';

/** @typedef {import('../types.js').SandboxSummary} Row */

export const title = 'Sandboxes';

/**
 * Show the sandboxes, and the means to make one.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const list = new LongTable({ caption: 'Sandboxes', columns: columns(context), key: (/** @type {Row} */ row) => row.id });
  return {
    node: element('div', {}, list.node, making(context)),
    async refresh() {
      list.update((await context.plane.get(at`sandboxes`)).sandboxes);
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
    { title: 'Sandbox', make: ({ id, name }) => link(address(id, 'audiences'), name || id) },
    { title: 'Identifier', text: ({ id }) => id },
    { title: 'Made', text: ({ createdAt }) => new Date(createdAt).toLocaleString() },
    {
      title: 'Actions',
      class: 'actions',
      make: ({ id, name }) => actionButtons(context, name || id, () => [
        {
          label: 'Reset',
          request: () => ({ method: 'POST', path: at`sandboxes/${id}/reset` }),
          loses: { title: `Reset ${name || id}?`, text: 'All changes since its seed are lost, and so is its journal.' },
        },
        {
          label: 'Delete',
          request: () => ({ method: 'DELETE', path: at`sandboxes/${id}` }),
          loses: { title: `Delete ${name || id}?`, text: 'All that is in it is lost, its snapshots, too.' },
        },
      ]),
    },
  ];
}

/** @param {import('../types.js').Context} context */
function making(context) {
  const name = element('input', { maxlength: 1000 });
  const action = {
    label: 'Make a sandbox',
    request: () => ({ method: /** @type {const} */ ('POST'), path: at`sandboxes`, body: { name: name.value } }),
  };
  return section('Make a sandbox', actionForm(context, action, field('Name', name)));
}
