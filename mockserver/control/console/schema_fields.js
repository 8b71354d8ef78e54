// @ts-check
/** The fields of a form that are made from the schema of a JSON object. */

import { element, field, fieldset, select, uniqueId } from './elements.js';

/**
 * A schema, of which the references are resolved.
 * @typedef {object} Schema
 * @property {string} [type]
 * @property {string} [description]
 * @property {string[]} [enum]
 * @property {string | number} [default]
 * @property {string} [x-default] the effect of leaving it out, in words
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {Schema} [items]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 *
 * @typedef {Array<{value: string, text: string}>} Offers
 * @typedef {{node: HTMLElement, value: () => unknown, offer?: (values: Offers) => void}} Made `undefined`: it is left out
 */

/** The fields of an object, one for each property. */
export class SchemaFields {
  /** @param {Schema} schema */
  constructor({ properties = {}, required = [] }) {
    /** @type {Map<string, Made>} */
    this.made = new Map(
      Object.entries(properties).map(([name, schema]) => {
        const description = schema.description?.replaceAll('`', '');
        return [name, made(name, { ...schema, description }, required.includes(name))];
      }),
    );
  }

  /** Return the nodes of the fields. */
  get nodes() {
    return [...this.made.values()].map(({ node }) => node);
  }

  /** Return the object; properties that are left empty are left out. */
  value() {
    const entries = [...this.made].map(([name, { value }]) => [name, value()]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  /**
   * Offer values for a property of type string, if there is one of this name.
   *
   * @param {string} name
   * @param {Offers} values
   */
  offer(name, values) {
    this.made.get(name)?.offer?.(values);
  }
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} isRequired
 * @returns {Made}
 */
function made(name, schema, isRequired) {
  if (schema.type === 'array') {
    return choices(name, schema);
  }
  if (schema.enum !== undefined) {
    return choice(name, schema, isRequired);
  }
  return schema.type === 'integer' || schema.type === 'number' ? number(name, schema, isRequired) : text(name, schema, isRequired);
}

/** @param {string} name @param {Schema} schema @param {boolean} isRequired @returns {Made} */
function choice(name, schema, isRequired) {
  const values = schema.enum ?? [];
  const input = select(isRequired || schema.default !== undefined ? values : [leftOut(schema), ...values]);
  input.value = String(schema.default ?? input.value);
  return { node: field(name, input, schema.description), value: () => input.value || undefined };
}

/** @param {string} name @param {Schema} schema @param {boolean} isRequired @returns {Made} */
function number(name, schema, isRequired) {
  const { minimum, maximum, default: value } = schema;
  const step = schema.type === 'integer' ? 1 : 'any';
  const input = element('input', { type: 'number', min: minimum, max: maximum, step, value, required: isRequired });
  return { node: field(name, input, schema.description), value: () => (input.value === '' ? undefined : Number(input.value)) };
}

/** @param {string} name @param {Schema} schema @param {boolean} isRequired @returns {Made} */
function text(name, schema, isRequired) {
  const list = element('datalist', { id: uniqueId('values') });
  const input = element('input', { required: isRequired, list: list.id, value: schema.default, autocomplete: 'off' });
  const hint = [schema.description, schema['x-default'] && `Empty: ${schema['x-default']}.`].filter(Boolean).join(' ');
  const node = element('div', {}, field(name, input, hint || undefined), list);
  let shown = '';
  const offer = (/** @type {Offers} */ values) => {
    const [first] = values;
    if (isRequired && shown === '' && input.value === '' && first !== undefined) {
      input.value = first.value;
    }
    if (shown !== JSON.stringify(values)) {
      shown = JSON.stringify(values);
      list.replaceChildren(...values.map((one) => element('option', { value: one.value, label: one.text })));
    }
  };
  return { node, value: () => input.value.trim() || undefined, offer };
}

/** @param {string} name @param {Schema} schema @returns {Made} */
function choices(name, schema) {
  const given = select([leftOut(schema), { value: 'given', text: 'Exactly these' }]);
  const boxes = (schema.items?.enum ?? []).map((value) => ({ value, input: element('input', { type: 'checkbox' }) }));
  const group = fieldset(`Values of ${name}`, ...boxes.map(({ value, input }) => field(value, input)));
  group.hidden = true;
  given.addEventListener('input', () => {
    group.hidden = given.value === '';
  });
  const chosen = () => boxes.filter(({ input }) => input.checked).map(({ value }) => value);
  return { node: element('div', {}, field(name, given, schema.description), group), value: () => (given.value === '' ? undefined : chosen()) };
}

/** @param {Schema} schema */
function leftOut(schema) {
  return { value: '', text: `Left out: ${schema['x-default'] ?? 'none'}` };
}
