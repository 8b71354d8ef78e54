/** A sandbox of a server, for a test. */
import createClient from 'openapi-fetch';

import { controlPlane, listed, result, serverUrl } from './control_plane.js';
import { ControlPlaneError } from './errors.js';
import { Clock, Faults, Jobs, Keys, Limits } from './parts.js';

/** @typedef {import('../types/contracts/audiences.d.ts').paths} AudiencePaths */
/** @typedef {import('openapi-fetch').Client<AudiencePaths>} AudiencesClient */
/** @typedef {import('./control_plane.js').ControlClient} ControlClient */
/** @typedef {import('./parts.js').Schemas} Schemas */
/** @typedef {import('../types/contracts/control.d.ts').operations} ControlOperations */
/** @typedef {RequestInit & { json?: unknown }} JsonRequest a request of `fetch`, whose body may be given as `json` */

const NOT_FOUND = 404;

/** A sandbox of a server. */
export class Sandbox {
  /** @type {AudiencesClient | undefined} */
  #api;

  /**
   * @param {ControlClient} control the client of the control plane
   * @param {string} url the URL of the server
   * @param {Schemas['Sandbox']} document the description of the sandbox
   */
  constructor(control, url, document) {
    this.control = control;
    this.url = serverUrl(url);
    this.id = document.id;
    this.name = document.name;
    /** The token of its first key. */
    this.key = document.keys[0]?.key ?? '';
    /** The identifier of its first account group. */
    this.accountGroup = document.accountGroups[0]?.id ?? '';
    this.clock = new Clock(control, this.id);
    this.faults = new Faults(control, this.id);
    this.jobs = new Jobs(control, this.id);
    this.keys = new Keys(control, this.id);
    this.limits = new Limits(control, this.id);
    this.params = { path: { sandboxId: this.id } };
  }

  /** The client of the vendor's API with the first key, with the types of its contract. */
  get api() {
    this.#api ??= this.apiFor(this.key);
    return this.#api;
  }

  /**
   * Return a client of the vendor's API with another key.
   * @param {string} key
   * @returns {AudiencesClient}
   */
  apiFor(key) {
    return createClient({ baseUrl: this.url, headers: { Authorization: `Bearer ${key}` } });
  }

  /**
   * Send a request below the first account group, with the first key unless the headers have another:
   * `sandbox.fetch('/audiences', { method: 'POST', json: { name: 'Founders', type: 'on_demand' } })`.
   * @param {string} path
   * @param {JsonRequest} [init]
   */
  fetch(path, { json, ...init } = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has('Authorization')) headers.set('Authorization', `Bearer ${this.key}`);
    if (json !== undefined) headers.set('Content-Type', 'application/json');
    const body = json === undefined ? init.body : JSON.stringify(json);
    return fetch(`${this.url}/v1/accounts/${this.accountGroup}${path}`, { ...init, headers, ...(body ? { body } : {}) });
  }

  /** Describe the sandbox as it is now. */
  describe() {
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}', { params: this.params }));
  }

  /**
   * List the exchanges of the journal in short, oldest first.
   * @param {ControlOperations['listExchanges']['parameters']['query']} [query]
   */
  journal(query) {
    const params = { ...this.params, query: /** @type {const} */ ({ order: 'oldest', limit: 1000, ...query }) };
    return listed('exchanges', this.control.GET('/_mock/sandboxes/{sandboxId}/journal', { params }));
  }

  /**
   * Read an exchange with its decision trace, headers and bodies.
   * @param {number} number
   */
  exchange(number) {
    const params = { path: { sandboxId: this.id, number: String(number) } };
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}/journal/{number}', { params }));
  }

  /** Drop all exchanges. */
  async clearJournal() {
    await result(this.control.DELETE('/_mock/sandboxes/{sandboxId}/journal', { params: this.params }));
  }

  /**
   * List the mistakes of the client, as the journal shows them.
   * @param {number} [since] the number of the first exchange to judge
   */
  findings(since = 0) {
    const params = { ...this.params, query: { since } };
    return listed('findings', this.control.GET('/_mock/sandboxes/{sandboxId}/findings', { params }));
  }

  /**
   * Assert that the journal shows no mistake of the client; it throws ClientFindings if there are some.
   * @param {Schemas['Verification']} [body]
   */
  async verify(body = {}) {
    await result(this.control.POST('/_mock/sandboxes/{sandboxId}/verify', { params: this.params, body }));
  }

  /** Return the responses and situations that the client has met. */
  coverage() {
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}/coverage', { params: this.params }));
  }

  /**
   * Take a snapshot, in place of an earlier one of this name.
   * @param {string} name
   */
  snapshot(name) {
    return result(this.control.PUT('/_mock/sandboxes/{sandboxId}/snapshots/{name}', { params: this.#named(name) }));
  }

  /**
   * Return the sandbox to a snapshot; its journal stays.
   * @param {string} name
   */
  restore(name) {
    const params = this.#named(name);
    return result(this.control.POST('/_mock/sandboxes/{sandboxId}/snapshots/{name}/restore', { params }));
  }

  /** List the snapshots. */
  snapshots() {
    return listed('snapshots', this.control.GET('/_mock/sandboxes/{sandboxId}/snapshots', { params: this.params }));
  }

  /**
   * Drop a snapshot.
   * @param {string} name
   */
  async deleteSnapshot(name) {
    await result(this.control.DELETE('/_mock/sandboxes/{sandboxId}/snapshots/{name}', { params: this.#named(name) }));
  }

  /**
   * Export the sandbox as a seed document, with the tokens of its keys or without.
   * @param {{ keys?: boolean }} [query]
   */
  seed(query = {}) {
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}/seed', { params: { ...this.params, query } }));
  }

  /**
   * Replace the content of the sandbox by a seed document.
   * @param {Schemas['Seed']} body
   */
  replace(body) {
    return result(this.control.PUT('/_mock/sandboxes/{sandboxId}/seed', { params: this.params, body }));
  }

  /** Return the sandbox to its seed. */
  reset() {
    return result(this.control.POST('/_mock/sandboxes/{sandboxId}/reset', { params: this.params }));
  }

  /**
   * List audiences, those that are being populated included.
   * @param {ControlOperations['listSandboxAudiences']['parameters']['query']} [query]
   */
  audiences(query) {
    const params = { ...this.params, query };
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}/audiences', { params }));
  }

  /**
   * Set up or tear down a provider state, and return its values.
   * @param {string} state
   * @param {Record<string, unknown>} [params]
   * @param {'setup' | 'teardown'} [action]
   */
  async state(state, params = {}, action = 'setup') {
    const query = { sandbox: this.id };
    const body = /** @type {Schemas['ProviderState']} */ ({ state, params, action });
    const sent = this.control.POST('/_mock/provider-states', { params: { query }, body });
    return /** @type {Record<string, any>} */ ((await result(sent)) ?? {});
  }

  /** Delete the sandbox, with everything in it, unless it is gone already. */
  async remove() {
    try {
      await result(this.control.DELETE('/_mock/sandboxes/{sandboxId}', { params: this.params }));
    } catch (error) {
      if (!(error instanceof ControlPlaneError) || error.status !== NOT_FOUND) throw error;
    }
  }

  /** Delete the sandbox at the end of its block (`await using`). */
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    return this.remove();
  }

  /** @param {string} name */
  #named(name) {
    return { path: { sandboxId: this.id, name } };
  }
}

/**
 * Make a sandbox on a server.
 * @param {string} url
 * @param {string | undefined} adminToken
 * @param {Schemas['NewSandbox']} members
 */
export async function makeSandbox(url, adminToken, members) {
  const control = controlPlane(url, adminToken);
  return new Sandbox(control, url, await result(control.POST('/_mock/sandboxes', { body: members })));
}
