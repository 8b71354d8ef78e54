// @ts-check
/** The rows of tables, which are updated in place: what has the focus, and what somebody types, stays. */

import { element, setText } from './elements.js';
import { visible } from './texts.js';

/**
 * A column shows a text, or a node that is made once for each row: `latest` returns the row as it is now.
 * @template Row
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [class] `number`, `wide` or `actions`
 * @property {(row: Row) => string} [text]
 * @property {(row: Row, latest: () => Row) => Node} [make]
 * @property {(node: any, row: Row) => void} [update] brings the node that `make` made up to date
 */

/** @template Row */
export class RowSet {
  /**
   * @param {Column<Row>[]} columns
   * @param {(row: Row) => string} key a text that names a row for good
   */
  constructor(columns, key) {
    this.columns = columns;
    this.key = key;
    /** @type {Map<string, {row: Row, node: HTMLTableRowElement}>} */
    this.shown = new Map();
  }

  /** Return the head of the table. */
  head() {
    const cells = this.columns.map((column) => element('th', { scope: 'col', class: column.class }, column.title));
    return element('thead', {}, element('tr', {}, ...cells));
  }

  /**
   * Bring the rows of a table body up to date: they are those given, in their order, between two fixed nodes.
   *
   * @param {HTMLElement} body
   * @param {Row[]} rows
   * @param {{before?: Node | null, number?: (index: number) => number}} [options] `before`: the node that ends the rows;
   *   `number`: the `aria-rowindex` of a row
   */
  update(body, rows, { before = null, number } = {}) {
    const wanted = new Set(rows.map(this.key));
    for (const [key, { node }] of this.shown) {
      if (!wanted.has(key)) {
        node.remove();
        this.shown.delete(key);
      }
    }
    let next = before;
    for (let index = rows.length - 1; index >= 0; index -= 1) {
      const node = this.row(rows[index]);
      if (number !== undefined) {
        node.setAttribute('aria-rowindex', String(number(index)));
      }
      if (node.parentNode !== body || node.nextSibling !== next) {
        body.insertBefore(node, next);
      }
      next = node;
    }
  }

  /** @param {Row} row */
  row(row) {
    const key = this.key(row);
    const known = this.shown.get(key);
    if (known === undefined) {
      const node = element('tr');
      const entry = { row, node };
      node.append(...this.columns.map((column) => cell(column, row, () => entry.row)));
      this.shown.set(key, entry);
      return node;
    }
    if (known.row === row) {
      return known.node; // a table that is scrolled is drawn often, and nothing of its rows is new
    }
    known.row = row;
    this.columns.forEach((column, index) => updateCell(column, known.node.cells[index], row));
    return known.node;
  }
}

/**
 * Return a table of few rows. `update` replaces its rows; a text stands in place of a table without rows.
 *
 * @template Row
 * @param {{caption: string, columns: Column<Row>[], key: (row: Row) => string, empty?: string}} options
 */
export function table({ caption, columns, key, empty = 'None.' }) {
  const rows = new RowSet(columns, key);
  const body = element('tbody');
  const none = element('p', { class: 'hint' }, empty);
  const shown = element('table', {}, element('caption', { class: 'unseen' }, caption), rows.head(), body);
  const node = element('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': `${caption}: table` }, shown);
  return {
    node: element('div', {}, node, none),
    /** @param {Row[]} given */
    update(given) {
      rows.update(body, given);
      none.hidden = given.length > 0;
      node.hidden = given.length === 0;
    },
  };
}

/**
 * @template Row
 * @param {Column<Row>} column
 * @param {Row} row
 * @param {() => Row} latest
 */
function cell(column, row, latest) {
  const made = column.make?.(row, latest);
  if (made !== undefined) {
    column.update?.(made, row);
  }
  const text = visible(column.text?.(row) ?? '');
  return element('td', { class: column.class, 'data-title': column.title }, made ?? text);
}

/**
 * @template Row
 * @param {Column<Row>} column
 * @param {HTMLTableCellElement} node
 * @param {Row} row
 */
function updateCell(column, node, row) {
  if (column.text !== undefined) {
    setText(node, visible(column.text(row)));
  } else if (node.firstChild !== null) {
    column.update?.(node.firstChild, row);
  }
}
