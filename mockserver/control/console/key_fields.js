// @ts-check
/** The fields of forms on keys. */

import { button, element, field, fieldset, select } from './elements.js';

/** @typedef {import('./types.js').Schemas['Permissions']} Permissions */

/** @type {Permissions} */
export const PERMISSIONS = [
  'audiences:read',
  'audiences:write',
  'prospects:read',
  'prospecting:read',
  'prospecting:write',
  'signals:read',
  'signals:write',
  'templates:read',
  'templates:write',
  'campaigns:read',
  'campaigns:write',
  'campaigns:execute',
  'campaigns:delete',
  'messages:read',
  'messages:write',
];

/**
 * Return checkboxes of permissions, and the function that returns those that are chosen.
 *
 * @param {Permissions} [held]
 */
export function permissionFields(held = PERMISSIONS) {
  const boxes = PERMISSIONS.map((name) => element('input', { type: 'checkbox', checked: held.includes(name) }));
  const all = (/** @type {boolean} */ checked) => () => {
    boxes.forEach((box) => (box.checked = checked));
    boxes[0].dispatchEvent(new Event('input', { bubbles: true }));
  };
  const choices = element('div', { class: 'choices' }, ...boxes.map((box, index) => field(PERMISSIONS[index], box)));
  const buttons = element('p', { class: 'actions' }, button('All', all(true)), button('None', all(false)));
  return {
    node: fieldset('Permissions', choices, buttons),
    values: () => PERMISSIONS.filter((_, index) => boxes[index].checked),
  };
}

/**
 * Return the fields of a limit, and the function that returns the rate; empty for no limit.
 *
 * @param {string} rate such as `60/m`
 */
export function limitFields(rate) {
  const [count, unit] = rate === '' ? ['', 'm'] : rate.split('/');
  const number = element('input', { type: 'number', min: 1, max: 999_999, value: count });
  const units = [{ value: 's', text: 'second' }, { value: 'm', text: 'minute' }, { value: 'h', text: 'hour' }];
  const per = select(units);
  per.value = unit;
  return {
    fields: [field('Requests', number, 'Empty for no limit of its own.'), field('In each', per)],
    value: () => (number.value === '' ? '' : `${number.value}/${per.value}`),
  };
}
