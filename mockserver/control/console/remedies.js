// @ts-check
/** The remedies for a refusal: what the state of the sandbox says about it by now, and actions that get the request past. */

import { at, ControlPlaneError } from './control_plane.js';
import { hint } from './journal_filters.js';

/**
 * @typedef {import('./actions.js').Action} Action
 * @typedef {import('./types.js').Key} Key
 * @typedef {import('./types.js').Schemas['Exchange']} Exchange
 * @typedef {{links: Array<{text: string, place: string[]}>, actions: Action[], news: string[]}} Remedy links to panels;
 *   `news` are sentences about the state as it is now
 * @typedef {{plane: import('./control_plane.js').ControlPlane, sandbox: string, exchange: Exchange, details:
 *   import('./rules.js').Details}} Case
 */

const ACTIVE = ['queued', 'running'];
const MOST_JOBS = 10;

/** @type {Record<string, (refused: Case) => Promise<Partial<Remedy>>>} */
const REMEDIES = {
  guard: ({ details, ...rest }) => jobs(rest, [details.jobId].filter((id) => id !== undefined)),
  'active-jobs': ({ details, ...rest }) => jobs(rest, Array.isArray(details.activeJobIds) ? details.activeJobIds : []),
  permission,
  'api-key': validKey,
  'rate-limit': rateLimit,
  'account-group': async () => ({ links: [{ text: 'Keys', place: ['keys'] }] }),
  resource: async () => ({ links: [{ text: 'Audiences', place: ['audiences'] }, { text: 'Jobs', place: ['jobs'] }] }),
  credits: async (refused) => (refused.details.left === 0 ? teardown(refused, 'the credits are exhausted') : {}),
  internal: async (refused) => teardown(refused, 'the server fails internally'),
};

/**
 * Return the remedies for a refusal, and for the faults that acted on the exchange, as things are now.
 *
 * @param {Case} refused
 * @returns {Promise<Remedy>}
 */
export async function remedyFor(refused) {
  const find = REMEDIES[refused.exchange.rule ?? ''];
  const found = [find === undefined ? {} : await find(refused), await faults(refused)];
  return {
    links: found.flatMap(({ links = [] }) => links),
    actions: found.flatMap(({ actions = [] }) => actions),
    news: found.flatMap(({ news = [] }) => news),
  };
}

/**
 * @param {Omit<Case, 'details'>} refused
 * @param {unknown[]} ids
 */
async function jobs({ plane, sandbox }, ids) {
  const named = ids.map(String).slice(0, MOST_JOBS);
  const found = await Promise.all(named.map((id) => unlessGone(plane.get(at`sandboxes/${sandbox}/jobs/${id}`))));
  const active = named.filter((_, index) => ACTIVE.includes(found[index]?.status));
  return {
    links: [...named.map((id) => ({ text: `Job ${id}`, place: ['jobs', id] })), { text: 'Jobs', place: ['jobs'] }],
    news: named.map((id, index) => `Job ${id} is ${found[index]?.status ?? 'no longer there'}.`),
    actions: active.map((id) => ({
      label: named.length > 1 ? `End job ${id}` : 'End the job',
      done: `Job ${id} has ended.`,
      request: () => ({ method: /** @type {const} */ ('POST'), path: at`sandboxes/${sandbox}/jobs/${id}/end`, body: {} }),
    })),
  };
}

/** @param {Case} refused */
async function permission(refused) {
  const key = await keyOf(refused);
  const { required } = refused.details;
  const links = [{ text: 'Keys', place: ['keys'] }];
  if (key === undefined || typeof required !== 'string') {
    return { links };
  }
  if (key.permissions.some((held) => held === required)) {
    return { links, news: [`The key has the permission ${required} by now.`] };
  }
  return { links, actions: [changeKey(refused, key, `Give the key ${required}`, { permissions: [...key.permissions, required] })] };
}

/** @param {Case} refused */
async function validKey(refused) {
  const key = await keyOf(refused);
  const links = [{ text: 'Keys', place: ['keys'] }];
  if (key === undefined) {
    return { links, news: ['This sandbox has no such key.'] };
  }
  const { now } = await refused.plane.get(at`sandboxes/${refused.sandbox}/clock`);
  const actions = [
    ...(key.revoked ? [changeKey(refused, key, 'Restore the key', { revoked: false })] : []),
    ...(key.expiresAt !== null && key.expiresAt <= now
      ? [changeKey(refused, key, 'Let the key not expire', { expiresAt: null })]
      : []),
  ];
  return { links, actions, news: actions.length === 0 ? ['The key is valid by now.'] : [] };
}

/** @param {Case} refused */
async function rateLimit(refused) {
  const { plane, sandbox, details } = refused;
  const seconds = Number(details.retryAfter);
  const [{ mode, now }, limits] = await Promise.all([
    plane.get(at`sandboxes/${sandbox}/clock`),
    unlessGone(plane.get(at`sandboxes/${sandbox}/limits`)),
  ]);
  /** @type {Action[]} */
  const actions = [];
  if (mode === 'manual' && seconds > 0) {
    const path = at`sandboxes/${sandbox}/clock/advance`;
    actions.push({ label: `Advance the clock by ${seconds} s`, request: () => ({ method: 'POST', path, body: { seconds } }) });
  }
  if (limits !== undefined) {
    actions.push({
      label: 'Lift the limits',
      done: 'No key of the sandbox has a limit.',
      request: () => ({ method: 'DELETE', path: at`sandboxes/${sandbox}/limits` }),
    });
  }
  const state = details.limit === undefined ? await teardown(refused, 'the rate limit is exhausted') : {};
  const hasPassed = typeof details.passesAt === 'string' && details.passesAt <= now;
  const news = [
    ...(hasPassed ? ['This time has passed by now.'] : []),
    ...(limits === undefined && details.limit !== undefined ? ['The sandbox has no limit by now.'] : []),
  ];
  const links = [{ text: 'Limits', place: ['limits'] }, { text: 'Clock', place: ['clock'] }, ...(state.links ?? [])];
  return { actions: [...actions, ...(state.actions ?? [])], news, links };
}

/** @param {Case} refused */
async function faults({ plane, sandbox, exchange }) {
  if (exchange.faults.length === 0) {
    return {};
  }
  /** @type {{faults: Array<{id: string, remaining: number | null}>}} */
  const { faults: there } = await plane.get(at`sandboxes/${sandbox}/faults`);
  const left = exchange.faults.filter((id) => there.some((fault) => fault.id === id && fault.remaining !== 0));
  return {
    links: [{ text: 'Faults', place: ['faults'] }],
    news: left.length === 0 ? ['The fault is used up, or no longer there.'] : [],
    actions: left.map((id) => ({
      label: left.length > 1 ? `Remove fault ${id}` : 'Remove the fault',
      done: `Fault ${id} was removed.`,
      request: () => ({ method: /** @type {const} */ ('DELETE'), path: at`sandboxes/${sandbox}/faults/${id}` }),
    })),
  };
}

/**
 * @param {Case} refused
 * @param {string} state
 * @returns {Promise<Partial<Remedy>>}
 */
async function teardown(refused, state) {
  const key = await keyOf(refused);
  const links = [{ text: 'Provider states', place: ['states'] }];
  if (key === undefined) {
    return { links };
  }
  const body = { state, params: { apiKey: key.key }, action: 'teardown' };
  const label = `Tear down "${state}"`;
  const path = at`provider-states?sandbox=${refused.sandbox}`;
  return { links, actions: [{ label, request: () => ({ method: /** @type {const} */ ('POST'), path, body }) }] };
}

/**
 * @param {Case} refused
 * @param {Key} key
 * @param {string} label
 * @param {Record<string, unknown>} body
 * @returns {Action}
 */
function changeKey({ sandbox }, { key }, label, body) {
  return { label, request: () => ({ method: 'PATCH', path: at`sandboxes/${sandbox}/keys/${key}`, body }) };
}

/**
 * Return the key of an exchange; undefined if the sandbox has none or several that it may be.
 *
 * @param {Case} refused
 * @returns {Promise<Key | undefined>}
 */
async function keyOf({ plane, sandbox, exchange }) {
  if (!exchange.key?.name) {
    return undefined;
  }
  /** @type {{keys: Key[]}} */
  const { keys } = await plane.get(at`sandboxes/${sandbox}/keys`);
  const found = keys.filter(({ key, name }) => name === exchange.key?.name && hint(key) === exchange.key?.hint);
  return found.length === 1 ? found[0] : undefined;
}

/**
 * Return a document, or undefined if it is not there.
 *
 * @param {Promise<any>} reading
 */
async function unlessGone(reading) {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ControlPlaneError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}
