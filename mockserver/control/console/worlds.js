// @ts-check
/** The sections on the content of a sandbox as a whole: export, import, and snapshots. */

import { actionButtons, actionForm } from './actions.js';
import { at } from './control_plane.js';
import { element, field, section } from './elements.js';
import { table } from './rows.js';
import { download, seedFields } from './seed_fields.js';

/**
 * Return the section that exports the sandbox.
 *
 * @param {import('./types.js').Context} context
 */
export function exporting(context) {
  const keys = element('input', { type: 'checkbox' });
  const action = {
    label: 'Export',
    done: 'Exported: the browser saves the document.',
    request: () => {
      const path = at`sandboxes/${context.sandbox}/seed`;
      const all = at`sandboxes/${context.sandbox}/seed?keys=true`;
      return { method: /** @type {const} */ ('GET'), path: keys.checked ? all : path };
    },
    then: (/** @type {unknown} */ document) => download(`${context.sandbox}.json`, document),
  };
  const hint = 'A seed document: a sandbox that is made from it gives the same responses.';
  const form = actionForm(context, action, field('With the tokens of its keys', keys));
  return section(`Export ${context.sandbox}`, element('p', { class: 'hint' }, hint), form);
}

/**
 * Return the section that replaces the content of the sandbox.
 *
 * @param {import('./types.js').Context} context
 */
export function importing(context) {
  const seed = seedFields('JSON, as an export is.');
  const action = {
    label: 'Import',
    loses: {
      title: `Import into ${context.sandbox}?`,
      text: 'All that is in the sandbox is replaced: its keys, audiences and jobs, and its journal is emptied.',
    },
    request: () => ({
      method: /** @type {const} */ ('PUT'),
      path: at`sandboxes/${context.sandbox}/seed`,
      body: parsedSeed(seed.text()),
    }),
  };
  return section(`Import into ${context.sandbox}`, actionForm(context, action, seed.node));
}

/** @param {string} text @returns {unknown} */
function parsedSeed(text) {
  if (text.trim() === '') {
    throw new Error('paste a seed document, or choose a file');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the document is not JSON: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/**
 * Return the section on the snapshots of the sandbox, and the function that reads them.
 *
 * @param {import('./types.js').Context} context
 */
export function snapshots(context) {
  const list = table({
    caption: 'Snapshots',
    columns: snapshotColumns(context),
    key: (/** @type {import('./types.js').Snapshot} */ { name }) => name,
    empty: 'There are no snapshots.',
  });
  const name = element('input', { required: true, pattern: '[A-Za-z0-9._\\-]{1,100}', value: 'before' });
  const action = {
    label: 'Take a snapshot',
    request: () => ({ method: /** @type {const} */ ('PUT'), path: at`sandboxes/${context.sandbox}/snapshots/${name.value}` }),
  };
  const form = actionForm(context, action, field('Name', name, 'Letters, digits, and . _ -; an earlier one of this name is replaced.'));
  return {
    node: section(`Snapshots of ${context.sandbox}`, list.node, form),
    async refresh() {
      list.update((await context.plane.get(at`sandboxes/${context.sandbox}/snapshots`)).snapshots);
    },
  };
}

/**
 * @param {import('./types.js').Context} context
 * @returns {import('./rows.js').Column<import('./types.js').Snapshot>[]}
 */
function snapshotColumns(context) {
  return [
    { title: 'Name', class: 'wide', text: ({ name }) => name },
    { title: 'Taken', text: ({ takenAt }) => takenAt },
    { title: 'Time of the sandbox', text: ({ now }) => now },
    {
      title: 'Actions',
      class: 'actions',
      make: ({ name }) => actionButtons(context, `snapshot ${name}`, () => snapshotActions(context, name)),
    },
    { title: 'Audiences', class: 'number', text: ({ records }) => String(records.audiences) },
    { title: 'Jobs', class: 'number', text: ({ records }) => String(records.jobs) },
    { title: 'Bytes', class: 'number', text: ({ size }) => size.toLocaleString('en') },
  ];
}

/**
 * @param {import('./types.js').Context} context
 * @param {string} name
 * @returns {import('./actions.js').Action[]}
 */
function snapshotActions({ sandbox }, name) {
  return [
    {
      label: 'Restore',
      loses: { title: `Return to ${name}?`, text: 'All changes since the snapshot are lost; the journal stays.' },
      request: () => ({ method: 'POST', path: at`sandboxes/${sandbox}/snapshots/${name}/restore` }),
    },
    {
      label: 'Drop',
      loses: { title: `Drop the snapshot ${name}?`, text: 'The sandbox stays as it is.' },
      request: () => ({ method: 'DELETE', path: at`sandboxes/${sandbox}/snapshots/${name}` }),
    },
  ];
}
