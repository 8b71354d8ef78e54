// @ts-check
/** The rules of the decision trace: what each one checks, and what gets a request past it. */

/**
 * The details of a refusal, as in `error.details` of its body.
 * @typedef {Record<string, unknown>} Details
 *
 * A rule: `checks` completes "It checks", `past` is a sentence.
 * @typedef {{checks: string, past: string | ((details: Details) => string)}} Rule
 */

/** @type {Map<string, Rule>} */
export const RULES = new Map(
  Object.entries({
    http: { checks: 'that the data is an HTTP request', past: 'Send a request that HTTP allows; the message says what is wrong.' },
    route: { checks: 'that there is such a path', past: 'Send the request to a path of the contract.' },
    method: { checks: 'that the path takes the method', past: 'Use a method that the path takes; the message names them.' },
    'api-key': {
      checks: 'that the key is known, and neither revoked nor expired',
      past: 'Use a valid key: restore this one, or make another one.',
    },
    'rate-limit': {
      checks: 'that the key has requests left',
      past: ({ retryAfter }) =>
        Number.isFinite(retryAfter)
          ? `Wait ${retryAfter} s by the clock of the sandbox before the request is repeated, or lift the limit.`
          : 'Wait, lift the limit, or tear the provider state down that has exhausted it.',
    },
    permission: {
      checks: 'that the key has the permission',
      past: ({ required }) =>
        `Use a key with the permission ${typeof required === 'string' ? required : 'that the message names'}, or give it to this key.`,
    },
    size: { checks: 'that the body is not too large', past: 'Send a smaller body, or start the server with a larger --max-body.' },
    parameters: {
      checks: 'that the parameters are those of the contract',
      past: 'Send path and query parameters that the contract allows; the message names the wrong one.',
    },
    'media-type': { checks: 'that the body has a media type that is taken', past: 'Send the header Content-Type: application/json.' },
    body: { checks: 'that the body is that of the contract', past: 'Send a body that the contract allows; the message names the wrong member.' },
    'account-group': {
      checks: 'that the key opens the account group',
      past: 'Use an account group of this key, or a key of this account group.',
    },
    cursor: { checks: 'that the cursor comes from this list', past: 'Pass nextCursor of the page before as it came, or no cursor.' },
    resource: {
      checks: 'that there is such a resource in the account group',
      past: 'Use the identifier of a resource that is there, or make one first.',
    },
    guard: {
      checks: 'that no prospecting job populates the audience',
      past: 'Wait until the prospecting job has ended, cancel it, or end it here.',
    },
    name: { checks: 'that the name is not blank', past: 'Send a name with at least one visible character.' },
    plan: { checks: 'that the plan has such audiences', past: 'Use an account group on another plan, or another type of audience.' },
    'folder-type': { checks: 'that the folder is for such audiences', past: 'Use a folder of the type of the audience.' },
    'idempotency-key': {
      checks: 'that the idempotency key was not used for another body',
      past: 'Send a new Idempotency-Key with a new body, or the first body again.',
    },
    'active-jobs': {
      checks: 'that the account group has few active jobs',
      past: 'Wait until a job has ended, cancel one, or end one here.',
    },
    credits: {
      checks: 'that the credits suffice beside those of active jobs',
      past: 'Ask for fewer prospects (maxResults), end active jobs, or use an account group with more credits.',
    },
    configuration: { checks: 'that the configuration is possible', past: 'Ask for a configuration that the message allows.' },
    'cancellable-status': { checks: 'that the job is active', past: 'Nothing: a job that has ended cannot be cancelled.' },
    prefer: { checks: 'whether the request prefers an example', past: 'Leave the header Prefer out: it has asked for this example.' },
    fault: { checks: 'whether a fault is injected', past: 'Remove the fault, or wait until it is used up.' },
    internal: {
      checks: 'that the server itself does not fail',
      past: 'Tear the provider state down if one asked for the failure; otherwise look at the log of the server.',
    },
  }),
);

const UNKNOWN = { checks: '', past: 'The message of the response says what helps.' };

/**
 * Return what a rule checks.
 *
 * @param {string} name
 */
export function checksOf(name) {
  return (RULES.get(name) ?? UNKNOWN).checks;
}

/**
 * Return what gets a request past a rule.
 *
 * @param {string} name
 * @param {Details} details
 */
export function pastOf(name, details) {
  const { past } = RULES.get(name) ?? UNKNOWN;
  return typeof past === 'string' ? past : past(details);
}
