// @ts-check
/** The filters of the journal: the query parameters of `GET .../journal`, as segments of an address and as a condition. */

import { at } from './control_plane.js';

/**
 * @typedef {'operation' | 'status' | 'key' | 'resource'} Filter
 * @typedef {Partial<Record<Filter, string>>} Filters
 * @typedef {{key: string, name: string}} NamedKey
 * @typedef {import('./control_plane.js').Path} Path
 */

const SHORTEST_HINTED = 16;

/** @type {Filter[]} */
export const FILTERS = ['operation', 'status', 'key', 'resource'];

/**
 * Return the filters in the segments of an address: a name, its value, and so on.
 *
 * @param {string[]} segments
 * @returns {Filters}
 */
export function parsedFilters(segments) {
  /** @type {Filters} */
  const filters = {};
  for (let index = 0; index + 1 < segments.length; index += 2) {
    const name = FILTERS.find((filter) => filter === segments[index]);
    if (name !== undefined) {
      filters[name] = segments[index + 1];
    }
  }
  return filters;
}

/**
 * Return the segments of an address for filters.
 *
 * @param {Filters} filters
 */
export function filterSegments(filters) {
  return FILTERS.flatMap((name) => (filters[name] ? [name, filters[name]] : []));
}

/**
 * Return the path of the journal, with these filters.
 *
 * @param {string} sandbox
 * @param {Filters & {limit?: number, order?: string, until?: number}} query
 */
export function journalPath(sandbox, query) {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&');
  return /** @type {Path} */ (at`sandboxes/${sandbox}/journal` + (text && `?${text}`));
}

/**
 * Return the condition that the server applies for these filters. A key may be named by its token, too, of which an
 * exchange shows only a hint.
 *
 * @param {Filters} filters
 * @param {NamedKey[]} keys the keys of the sandbox
 * @returns {(entry: import('./types.js').Exchange) => boolean}
 */
export function condition({ operation, status, key, resource }, keys) {
  const token = key === undefined ? undefined : { name: keys.find((one) => one.key === key)?.name ?? null, hint: hint(key) };
  return (entry) =>
    (operation === undefined || entry.operation === operation) &&
    (status === undefined || String(entry.status ?? 'none') === status) &&
    (resource === undefined || entry.path.split('/').slice(1).includes(resource)) &&
    (key === undefined || entry.key?.name === key || (entry.key?.name === token?.name && entry.key?.hint === token?.hint));
}

/** @param {string} token the hint that the server gives in its place */
export function hint(token) {
  return token.length >= SHORTEST_HINTED ? `${token.slice(0, 3)}…${token.slice(-4)}` : '…';
}
