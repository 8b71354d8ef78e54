// @ts-check
/** The makers of elements. Every text becomes a text node without hidden characters: a text of a client is never markup. */

import { visible } from './texts.js';

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>} Attributes */

let made = 0;

/**
 * Return an element. A function is added as a listener (`onclick`), `true` is an attribute without a value, and `false`,
 * null and undefined are left out, among children, too.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      node.addEventListener(name.replace(/^on/, ''), value);
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  node.append(...present(children));
  return node;
}

/**
 * Replace the text of a node if it is another one, so that a screen reader and a selection are not disturbed.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/**
 * Return an identifier that no other element of the page has.
 *
 * @param {string} name
 */
export function uniqueId(name) {
  made += 1;
  return `${name}-${made}`;
}

/**
 * Return a button; an action that fails asynchronously has reported its error itself.
 *
 * @param {string} label
 * @param {(event: MouseEvent) => unknown} action
 * @param {Attributes} [attributes]
 */
export function button(label, action, attributes = {}) {
  return element('button', { type: 'button', onclick: action, ...attributes }, label);
}

/**
 * Return a link to a panel or a page.
 *
 * @param {string} href
 * @param {...Child} children
 */
export function link(href, ...children) {
  return element('a', { href }, ...children);
}

/**
 * Return a labelled input with an optional hint.
 *
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} input
 * @param {string} [hint]
 */
export function field(label, input, hint) {
  input.id ||= uniqueId('field');
  if (hint !== undefined) {
    input.setAttribute('aria-describedby', `${input.id}-hint`);
  }
  const isChoice = input instanceof HTMLInputElement && ['checkbox', 'radio'].includes(input.type);
  const name = element('label', { for: input.id }, label);
  return element(
    'div',
    { class: isChoice ? 'field choice' : 'field' },
    ...(isChoice ? [input, name] : [name, input]),
    hint !== undefined && element('p', { class: 'hint', id: `${input.id}-hint` }, hint),
  );
}

/**
 * Return a choice of one value.
 *
 * @param {Array<string | {value: string, text: string}>} options
 * @param {Attributes} [attributes]
 */
export function select(options, attributes = {}) {
  const node = element('select', attributes);
  setOptions(node, options);
  return node;
}

/**
 * Replace the options of a choice if they are other ones; the chosen value stays as long as there is an option for it.
 *
 * @param {HTMLSelectElement} node
 * @param {Array<string | {value: string, text: string}>} options
 */
export function setOptions(node, options) {
  const given = options.map((option) => (typeof option === 'string' ? { value: option, text: option } : option));
  const wanted = given.map(({ value, text }) => ({ value, text: visible(text) }));
  const shown = [...node.options].map(({ value, textContent }) => ({ value, text: textContent }));
  if (JSON.stringify(wanted) === JSON.stringify(shown)) {
    return;
  }
  const chosen = node.value;
  node.replaceChildren(...wanted.map(({ value, text }) => element('option', { value }, text)));
  if (wanted.some(({ value }) => value === chosen)) {
    node.value = chosen;
  }
}

/**
 * Return a group of fields with a name.
 *
 * @param {string} name
 * @param {...Child} children
 */
export function fieldset(name, ...children) {
  return element('fieldset', {}, element('legend', {}, name), ...children);
}

/**
 * Return a form whose submission calls an action; the form stays as it is.
 *
 * @param {string} label the name of the button
 * @param {() => unknown} action
 * @param {...Child} children
 */
export function form(label, action, ...children) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    return action();
  };
  return element('form', { onsubmit: submit }, ...children, element('button', { type: 'submit', class: 'main' }, label));
}

/**
 * Return a section with a heading of the second level below that of the panel.
 *
 * @param {string} heading
 * @param {...Child} children
 */
export function section(heading, ...children) {
  const id = uniqueId('section');
  return element('section', { 'aria-labelledby': id }, element('h2', { id }, heading), ...children);
}

/** @param {Child[]} children */
function present(children) {
  return children
    .filter((child) => child !== false && child !== null && child !== undefined)
    .map((child) => (child instanceof Node ? child : visible(String(child))));
}
