// @ts-check
/** The form of the journal's filters; it offers what occurs in the journal. */

import { button, element, field, select, setOptions } from './elements.js';
import { condition, FILTERS } from './journal_filters.js';
import { visible } from './texts.js';

/** @typedef {import('./types.js').Exchange} Exchange */

export class FilterForm {
  /**
   * @param {import('./journal_filters.js').Filters} filters those to begin with
   * @param {() => void} changed
   */
  constructor(filters, changed) {
    this.values = filters;
    /** @type {import('./journal_filters.js').NamedKey[]} the keys of the sandbox */
    this.keys = [];
    const resource = element('input', { spellcheck: false, autocomplete: 'off', maxlength: 1000 });
    resource.value = filters.resource ?? '';
    this.inputs = { operation: select([]), status: select([]), key: select([]), resource };
    this.changed = () => {
      this.values = Object.fromEntries(
        FILTERS.map((name) => [name, this.inputs[name].value.trim()]).filter(([, value]) => value !== ''),
      );
      changed();
    };
    const clear = () => {
      FILTERS.forEach((name) => (this.inputs[name].value = ''));
      this.changed();
    };
    this.node = element(
      'div',
      { class: 'filters', role: 'search', 'aria-label': 'Filters', oninput: this.changed },
      field('Operation', this.inputs.operation),
      field('Status', this.inputs.status),
      field('Key', this.inputs.key),
      field('Identifier in the path', resource),
      button('No filters', clear),
    );
  }

  /** Return the condition of the filters. */
  condition() {
    return condition(this.values, this.keys);
  }

  /**
   * Offer what occurs in these exchanges, and what is chosen.
   *
   * @param {Exchange[]} entries
   */
  offer(entries) {
    this.fill('operation', 'any', entries.map(({ operation }) => operation));
    this.fill('status', 'any', entries.map(({ status }) => String(status ?? 'none')));
    this.fill('key', 'any', [...this.keys.map(({ name }) => name), ...entries.map(({ key }) => key?.name)]);
  }

  /**
   * @param {'operation' | 'status' | 'key'} name
   * @param {string} any
   * @param {Array<string | null | undefined>} values
   */
  fill(name, any, values) {
    const chosen = this.values[name] ?? '';
    const known = [...new Set([...values, chosen])].filter((value) => value !== null && value !== undefined && value !== '');
    const options = known.sort().map((value) => ({ value: String(value), text: visible(String(value)) }));
    setOptions(this.inputs[name], [{ value: '', text: any }, ...options]);
    this.inputs[name].value = chosen;
  }
}
