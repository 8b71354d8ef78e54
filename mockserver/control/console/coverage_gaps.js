// @ts-check
/** The gaps of a coverage: documented responses and situations that were never met, and the panel that helps to meet them. */

/** @typedef {import('./types.js').Schemas['Coverage']} Coverage */
/** @typedef {{panel: string, text: string}} Help */
/** @typedef {{subject: string, missing: Array<{text: string, help?: Help}>}} Gap */

/** @type {Record<number, Help>} */
const BY_STATUS = {
  401: { panel: 'keys', text: 'Revoke a key' },
  402: { panel: 'states', text: 'Use up the credits' },
  403: { panel: 'keys', text: 'Make a key without the permission' },
  409: { panel: 'states', text: 'Make an audience that is being populated' },
  429: { panel: 'limits', text: 'Set a limit' },
  500: { panel: 'faults', text: 'Add a fault' },
  502: { panel: 'faults', text: 'Add a fault' },
};

/** @type {Record<string, Help>} */
const BY_SITUATION = {
  guard: { panel: 'states', text: 'Make an audience that is being populated' },
  'lost-reply': { panel: 'faults', text: 'Lose a reply' },
  'retry-after': { panel: 'limits', text: 'Set a limit' },
  'server-error': { panel: 'faults', text: 'Add a fault' },
  'job-completed': { panel: 'jobs', text: 'Start a job' },
  'job-failed': { panel: 'jobs', text: 'Let a job fail' },
  'job-cancelled': { panel: 'jobs', text: 'Cancel a job' },
  permission: { panel: 'keys', text: 'Make a key without the permission' },
  'key-revoked': { panel: 'keys', text: 'Revoke a key' },
};

/**
 * Return what was never met of the operations that were requested: by operation, and the situations.
 *
 * @param {Coverage} coverage
 * @returns {Gap[]}
 */
export function neverMet({ operations, situations }) {
  const requested = operations.filter(({ requests }) => requests > 0);
  const names = new Set(requested.map(({ operation }) => operation));
  const responses = requested.map(({ operation, responses }) => ({
    subject: operation,
    missing: responses.filter(({ met }) => met === 0).map(({ status }) => ({ text: String(status), help: BY_STATUS[status] })),
  }));
  const untried = situations
    .filter(({ met, operations }) => met === 0 && operations.some((name) => names.has(name)))
    .map(({ id }) => ({ subject: id, missing: [{ text: 'never tried', help: BY_SITUATION[id] }] }));
  return [...responses.filter(({ missing }) => missing.length > 0), ...untried];
}
