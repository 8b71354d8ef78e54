// @ts-check
/** The panel of keys: what they may do, how long, and how often; and the credits of the account groups. */

import { actionButtons, actionForm, renewButtons } from '../actions.js';
import { at } from '../control_plane.js';
import { element, field, fieldset, section } from '../elements.js';
import { limitFields, permissionFields } from '../key_fields.js';
import { table } from '../rows.js';

/** @typedef {import('../types.js').Schemas['KeyLimit']} Limit */
/** @typedef {import('../types.js').Key & {limit?: Limit, isExpired: boolean}} Row */
/** @typedef {import('../types.js').Schemas['AccountGroup']} Group */

export const title = 'Keys';

/**
 * Show the keys, and the account groups that they open.
 *
 * @param {import('../types.js').Context} context
 * @returns {import('../types.js').Panel}
 */
export function show(context) {
  const { plane, sandbox } = context;
  const keys = table({ caption: 'Keys', columns: columns(context), key: (/** @type {Row} */ row) => row.key });
  const groups = table({ caption: 'Account groups', columns: GROUP_COLUMNS, key: (/** @type {Group} */ { id }) => id });
  const making = keyForm(context);
  return {
    node: element('div', {}, keys.node, section('Make a key', making.node), section('Account groups', groups.node)),
    async refresh() {
      const seen = await plane.get(at`sandboxes/${sandbox}`);
      const limits = await limitsOf(context, seen);
      const rows = seen.keys.map((/** @type {import('../types.js').Key} */ key) => ({
        ...key,
        limit: limits.get(key.key),
        isExpired: key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.parse(seen.now),
      }));
      keys.update(rows);
      groups.update(seen.accountGroups);
      making.update(seen.accountGroups);
    },
  };
}

/** @type {import('../rows.js').Column<Group>[]} */
const GROUP_COLUMNS = [
  { title: 'Name', class: 'wide', text: ({ name }) => name },
  { title: 'Plan', text: ({ plan }) => plan },
  { title: 'Credits', class: 'number', text: ({ credits }) => credits.toLocaleString('en') },
  { title: 'Identifier', class: 'code', text: ({ id }) => id },
];

/**
 * Return the limits of the keys, by key. Where no key has one, there is nothing to read.
 *
 * @param {import('../types.js').Context} context
 * @param {import('../types.js').Sandbox} seen
 * @returns {Promise<Map<string, Limit>>}
 */
async function limitsOf({ plane, sandbox }, { rateLimit, keys }) {
  if (rateLimit === null && keys.every((key) => key.rateLimit === null)) {
    return new Map();
  }
  const { keys: limits } = await plane.get(at`sandboxes/${sandbox}/limits`);
  return new Map(limits.map((/** @type {Limit} */ limit) => [limit.key, limit]));
}

/**
 * @param {import('../types.js').Context} context
 * @returns {import('../rows.js').Column<Row>[]}
 */
function columns(context) {
  return [
    { title: 'Name', class: 'wide', text: ({ name }) => name },
    { title: 'Key', class: 'code', text: ({ key }) => key },
    { title: 'State', text: state },
    {
      title: 'Actions',
      class: 'actions',
      make: (row, latest) => actionButtons(context, row.name, () => actions(context, latest())),
      update: renewButtons,
    },
    { title: 'Limit', text: ({ limit }) => (limit?.rate ? `${limit.rate}, ${limit.left} left` : 'none') },
    { title: 'Permissions', text: ({ permissions }) => permissions.join(', ') || 'none' },
    { title: 'Account groups', class: 'code', text: ({ accountGroupIds }) => accountGroupIds.join(', ') },
  ];
}

/** @param {Row} row */
function state({ revoked, expiresAt, isExpired }) {
  const expiry = expiresAt === null ? '' : `${isExpired ? 'expired at' : 'expires at'} ${expiresAt}`;
  return [revoked ? 'revoked' : '', expiry].filter(Boolean).join(', ') || 'valid';
}

/**
 * @param {import('../types.js').Context} context
 * @param {Row} row
 * @returns {import('../actions.js').Action[]}
 */
function actions({ sandbox }, { key, name, revoked, permissions, expiresAt, rateLimit }) {
  const path = at`sandboxes/${sandbox}/keys/${key}`;
  /** @param {Record<string, unknown>} body @returns {import('../types.js').PlannedRequest} */
  const change = (body) => ({ method: 'PATCH', path, body });
  const chosen = permissionFields(permissions);
  const expiry = element('input', { value: expiresAt ?? '', placeholder: '2030-01-01T00:00:00Z' });
  const hint = 'By the clock of the sandbox, with a time zone; empty for never.';
  const rate = limitFields(rateLimit ?? '');
  return [
    revoked
      ? { label: 'Restore', request: () => change({ revoked: false }) }
      : { label: 'Revoke', request: () => change({ revoked: true }) },
    { label: 'Permissions', fields: [chosen.node], request: () => change({ permissions: chosen.values() }) },
    {
      label: 'Expiry',
      fields: [field('Expires at', expiry, hint)],
      request: () => change({ expiresAt: expiry.value.trim() || null }),
    },
    {
      label: 'Limit',
      fields: rate.fields,
      request: () => {
        const limited = at`sandboxes/${sandbox}/keys/${key}/limit`;
        const given = rate.value();
        return given === ''
          ? { method: 'DELETE', path: limited }
          : { method: 'PUT', path: limited, body: { rate: given } };
      },
    },
    {
      label: 'Delete',
      loses: { title: `Delete the key ${name}?`, text: 'Account groups that no other key opens are lost with it.' },
      request: () => ({ method: 'DELETE', path }),
    },
  ];
}

/** @param {import('../types.js').Context} context */
function keyForm(context) {
  const name = element('input', { maxlength: 1000 });
  const chosen = permissionFields();
  const groups = fieldset('Account groups: a new one where none is chosen');
  /** @type {Map<string, HTMLInputElement>} */
  const boxes = new Map();
  const form = actionForm(
    context,
    {
      label: 'Make a key',
      request: () => {
        const accountGroupIds = [...boxes].filter(([, box]) => box.checked).map(([id]) => id);
        const body = {
          permissions: chosen.values(),
          ...(name.value === '' ? {} : { name: name.value }),
          ...(accountGroupIds.length === 0 ? {} : { accountGroupIds }),
        };
        return { method: 'POST', path: at`sandboxes/${context.sandbox}/keys`, body };
      },
    },
    field('Name', name),
    chosen.node,
    groups,
  );
  return {
    node: form,
    /** @param {Group[]} given */
    update(given) {
      for (const [id, box] of boxes) {
        if (!given.some((group) => group.id === id)) {
          box.parentElement?.remove();
          boxes.delete(id);
        }
      }
      for (const { id, name: text } of given.filter((group) => !boxes.has(group.id))) {
        const box = element('input', { type: 'checkbox' });
        boxes.set(id, box);
        groups.append(field(`${text} (${id})`, box));
      }
    },
  };
}
