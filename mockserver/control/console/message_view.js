// @ts-check
/** The view of a request or a response: headers, and the body as it was sent and, if it is JSON, with a line for each member. */

import { element } from './elements.js';
import { counted, indented, visible } from './texts.js';

/**
 * Return the view of a message.
 *
 * @param {import('./types.js').Schemas['Message']} message
 * @param {string} name `request` or `response`
 */
export function messageNode({ headers, body, bodyBytes }, name) {
  const pairs = headers.flatMap((header) => [element('dt', {}, visible(header.name)), element('dd', {}, visible(header.value))]);
  return element(
    'div',
    {},
    headers.length > 0
      ? element('dl', { class: 'facts code' }, ...pairs)
      : element('p', { class: 'hint' }, 'No header that the journal keeps.'),
    ...(body === null || body === '' ? [element('p', { class: 'hint' }, 'No body.')] : bodyNodes(body, bodyBytes, name)),
  );
}

/**
 * @param {string} body
 * @param {number} size
 * @param {string} name
 */
function bodyNodes(body, size, name) {
  const pretty = indented(body);
  const kept = new TextEncoder().encode(body).length;
  const isCut = pretty === undefined && kept < size;
  const raw = text(body, `Body of the ${name}`);
  return [
    element('p', { class: 'hint' }, `${counted(size, 'byte')}${isCut ? `, of which the journal keeps ${counted(kept, 'byte')}` : ''}`),
    ...(pretty === undefined || pretty === body
      ? [raw]
      : [text(pretty, `Body of the ${name}`), element('details', {}, element('summary', {}, 'As it was sent'), raw)]),
  ];
}

/**
 * @param {string} content
 * @param {string} label
 */
function text(content, label) {
  return element('pre', { tabindex: 0, role: 'region', 'aria-label': label }, visible(content));
}
