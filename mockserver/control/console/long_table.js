// @ts-check
/** A table of many rows, of which only those near the visible part are in the page. All rows have the same height. */

import { element, uniqueId } from './elements.js';
import { RowSet } from './rows.js';

const SPARE = 8; // rows above and below the visible ones, so that the tabulator key reaches the next ones
const HEIGHT = 40; // pixels, until a row can be measured

/** @template Row */
export class LongTable {
  /**
   * @param {object} options
   * @param {string} options.caption
   * @param {import('./rows.js').Column<Row>[]} options.columns
   * @param {(row: Row) => string} options.key a text that names a row for good
   * @param {string} [options.empty] the text in place of a table without rows
   */
  constructor({ caption, columns, key, empty = 'None.' }) {
    this.key = key;
    /** @type {Row[]} */
    this.rows = [];
    this.height = HEIGHT;
    this.set = new RowSet(columns, key);
    const width = columns.length;
    this.above = spacer(width);
    this.below = spacer(width);
    this.body = element('tbody', {}, this.above, this.below);
    const head = this.set.head();
    head.rows[0].setAttribute('aria-rowindex', '1');
    this.none = element('p', { class: 'hint' }, empty);
    const id = uniqueId('table');
    this.table = element('table', {}, element('caption', { class: 'unseen', id }, caption), head, this.body);
    this.region = element(
      'div',
      { class: 'long scroll', tabindex: 0, role: 'region', 'aria-labelledby': id, onkeydown: this.pressed.bind(this) },
      this.table,
    );
    this.region.addEventListener('scroll', () => this.draw(), { passive: true });
    this.node = element('div', {}, this.region, this.none);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.region);
  }

  /**
   * Replace the rows. Somebody who has scrolled keeps the same rows in view, whatever comes before them.
   *
   * @param {Row[]} rows
   */
  update(rows) {
    const top = Math.floor(this.region.scrollTop / this.height);
    const anchor = this.region.scrollTop > 0 ? this.rows[top] : undefined;
    this.rows = rows;
    this.none.hidden = rows.length > 0;
    this.region.hidden = rows.length === 0;
    this.table.setAttribute('aria-rowcount', String(rows.length + 1));
    this.draw();
    if (anchor !== undefined) {
      const key = this.key(anchor);
      const index = rows.findIndex((row) => this.key(row) === key);
      if (index >= 0 && index !== top) {
        this.region.scrollTop += (index - top) * this.height;
        this.draw();
      }
    }
  }

  /** Draw the rows near the visible part. */
  draw() {
    const { scrollTop, clientHeight } = this.region;
    const count = Math.ceil((clientHeight || 600) / this.height) + 2 * SPARE;
    const first = Math.max(0, Math.min(Math.floor(scrollTop / this.height) - SPARE, this.rows.length - count));
    const last = Math.min(this.rows.length, first + count);
    const active = document.activeElement;
    const hadFocus = this.body.contains(active);
    this.set.update(this.body, this.rows.slice(first, last), {
      before: this.below,
      number: (index) => first + index + 2,
    });
    setHeight(this.above, first * this.height);
    setHeight(this.below, (this.rows.length - last) * this.height);
    if (this.region.scrollTop !== scrollTop) {
      this.region.scrollTop = scrollTop; // the table was shorter for a moment
    }
    if (hadFocus && !this.body.contains(document.activeElement)) {
      this.region.focus({ preventScroll: true }); // its row has left the page; the keys still scroll
    }
    this.measure();
  }

  /** Measure a row; the heights of those that are not drawn follow from it. */
  measure() {
    const height = this.body.rows.length > 2 ? this.body.rows[1].getBoundingClientRect().height : 0;
    if (height > 0 && Math.abs(height - this.height) > 0.01) {
      this.height = height;
      this.draw();
    }
  }

  /**
   * Move the focus from a control of a row to the same control of a neighbouring row.
   *
   * @param {KeyboardEvent} event
   */
  pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    const row = event.target instanceof Element ? event.target.closest('tbody tr') : null;
    if (step === undefined || row === null || event.target instanceof HTMLInputElement) {
      return;
    }
    event.preventDefault();
    const place = controls(row).indexOf(/** @type {HTMLElement} */ (event.target));
    const index = Math.max(0, Math.min(this.rows.length - 1, Number(row.getAttribute('aria-rowindex')) - 2 + step));
    this.reveal(index);
    const found = controls(this.set.row(this.rows[index]));
    found[Math.min(place, found.length - 1)]?.focus({ preventScroll: true });
  }

  /** Whether nobody has scrolled, or moved the focus into the table. */
  get isUntouched() {
    return this.region.scrollTop === 0 && !this.region.contains(document.activeElement);
  }

  /**
   * Scroll a row into the visible part.
   *
   * @param {number} index
   */
  reveal(index) {
    const head = this.table.tHead?.offsetHeight ?? 0;
    const room = this.region.clientHeight - head - this.height;
    const top = index * this.height;
    if (top < this.region.scrollTop) {
      this.region.scrollTop = top;
    } else if (top > this.region.scrollTop + room) {
      this.region.scrollTop = top - room;
    }
    this.draw();
  }

  /** Release the observer of the size. */
  close() {
    this.observer.disconnect();
  }
}

/** @param {Element} row @returns {HTMLElement[]} */
function controls(row) {
  return [...row.querySelectorAll('a[href], button, input, select')].filter((one) => one instanceof HTMLElement);
}

/** @param {number} width */
function spacer(width) {
  return element('tr', { class: 'spacer', 'aria-hidden': true }, element('td', { colspan: width }));
}

/**
 * @param {HTMLTableRowElement} row
 * @param {number} height
 */
function setHeight(row, height) {
  row.hidden = height === 0;
  row.cells[0].style.height = `${height}px`;
}
