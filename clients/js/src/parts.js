/** The parts of a sandbox: its clock, its faults, its jobs, its keys and its limits. */
import { listed, result } from './control_plane.js';

/** @typedef {import('./control_plane.js').ControlClient} ControlClient */
/** @typedef {import('../types/contracts/control.d.ts').components['schemas']} Schemas */
/** @typedef {Omit<Schemas['NewFault'], 'preset' | 'operation' | 'kind'>} Narrowing */

/** A part of a sandbox. */
class Part {
  /**
   * @param {ControlClient} control
   * @param {string} sandboxId
   */
  constructor(control, sandboxId) {
    this.control = control;
    this.params = { path: { sandboxId } };
  }
}

/** The clock of a sandbox. */
export class Clock extends Part {
  /** Read the clock. */
  read() {
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}/clock', { params: this.params }));
  }

  /** Stop the clock: from now on it moves only on request. */
  stop() {
    return this.#put({ mode: 'manual' });
  }

  /**
   * Stop the clock at a later instant.
   * @param {string | Date} at
   */
  set(at) {
    return this.#put({ mode: 'manual', at: at instanceof Date ? at.toISOString() : at });
  }

  /** Let the clock run. */
  run() {
    return this.#put({ mode: 'real' });
  }

  /**
   * Move the clock forward, and return what that caused.
   * @param {number} seconds
   */
  advance(seconds) {
    const body = { seconds };
    return result(this.control.POST('/_mock/sandboxes/{sandboxId}/clock/advance', { params: this.params, body }));
  }

  /** @param {Schemas['ClockSetting']} body */
  #put(body) {
    return result(this.control.PUT('/_mock/sandboxes/{sandboxId}/clock', { params: this.params, body }));
  }
}

/** The faults of a sandbox. */
export class Faults extends Part {
  /** List the faults, with their counts. */
  list() {
    return listed('faults', this.control.GET('/_mock/sandboxes/{sandboxId}/faults', { params: this.params }));
  }

  /**
   * Add a fault, or those of a preset.
   * @param {Schemas['NewFault']} body
   */
  add(body) {
    return listed('faults', this.control.POST('/_mock/sandboxes/{sandboxId}/faults', { params: this.params, body }));
  }

  /**
   * Lose the reply to the next accepted request: it takes effect, and its connection is reset.
   * @param {string} [operation]
   * @param {Narrowing} [narrowing]
   */
  lostReply(operation, narrowing) {
    return this.#preset('lost-reply', operation, narrowing);
  }

  /**
   * Let one in ten requests each fail with 500, be reset before its effect, and after it.
   * @param {string} [operation]
   * @param {Narrowing} [narrowing]
   */
  flaky(operation, narrowing) {
    return this.#preset('flaky', operation, narrowing);
  }

  /**
   * Delay each request by two seconds.
   * @param {string} [operation]
   * @param {Narrowing} [narrowing]
   */
  slow(operation, narrowing) {
    return this.#preset('slow', operation, narrowing);
  }

  /**
   * Let each request fail with 500.
   * @param {string} [operation]
   * @param {Narrowing} [narrowing]
   */
  maintenance(operation, narrowing) {
    return this.#preset('maintenance', operation, narrowing);
  }

  /**
   * Remove a fault.
   * @param {string} faultId
   */
  async delete(faultId) {
    const params = { path: { ...this.params.path, faultId } };
    await result(this.control.DELETE('/_mock/sandboxes/{sandboxId}/faults/{faultId}', { params }));
  }

  /** Remove all faults. */
  async clear() {
    await result(this.control.DELETE('/_mock/sandboxes/{sandboxId}/faults', { params: this.params }));
  }

  /**
   * @param {Schemas['Preset']} preset
   * @param {string} [operation]
   * @param {Narrowing} [narrowing]
   */
  #preset(preset, operation, narrowing) {
    return this.add({ preset, ...(operation === undefined ? {} : { operation }), ...narrowing });
  }
}

/** The jobs of a sandbox. */
export class Jobs extends Part {
  /** List the jobs. */
  list() {
    return listed('jobs', this.control.GET('/_mock/sandboxes/{sandboxId}/jobs', { params: this.params }));
  }

  /**
   * Read a job, which does not move it.
   * @param {string} jobId
   */
  get(jobId) {
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}/jobs/{jobId}', { params: this.#of(jobId) }));
  }

  /**
   * Start a job on an audience that exists.
   * @param {Schemas['NewJob']} body
   */
  start(body) {
    return result(this.control.POST('/_mock/sandboxes/{sandboxId}/jobs', { params: this.params, body }));
  }

  /**
   * Change the course of an active job.
   * @param {string} jobId
   * @param {Schemas['JobPaceChange']} body
   */
  move(jobId, body) {
    return result(this.control.PATCH('/_mock/sandboxes/{sandboxId}/jobs/{jobId}', { params: this.#of(jobId), body }));
  }

  /**
   * End an active job: completed, unless an outcome is given.
   * @param {string} jobId
   * @param {Schemas['JobEnd']} [body]
   */
  end(jobId, body = {}) {
    const params = this.#of(jobId);
    return result(this.control.POST('/_mock/sandboxes/{sandboxId}/jobs/{jobId}/end', { params, body }));
  }

  /** Read the course of the next jobs. */
  pace() {
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}/job-pace', { params: this.params }));
  }

  /**
   * Set the course of the next jobs.
   * @param {Schemas['JobPaceChange']} body
   */
  setPace(body) {
    return result(this.control.PUT('/_mock/sandboxes/{sandboxId}/job-pace', { params: this.params, body }));
  }

  /** @param {string} jobId */
  #of(jobId) {
    return { path: { ...this.params.path, jobId } };
  }
}

/** The keys of a sandbox. */
export class Keys extends Part {
  /** List the keys. */
  list() {
    return listed('keys', this.control.GET('/_mock/sandboxes/{sandboxId}/keys', { params: this.params }));
  }

  /**
   * Make a key.
   * @param {Schemas['NewKey']} [body]
   */
  create(body = {}) {
    return result(this.control.POST('/_mock/sandboxes/{sandboxId}/keys', { params: this.params, body }));
  }

  /**
   * Change a key.
   * @param {string} key
   * @param {Schemas['KeyChange']} body
   */
  update(key, body) {
    return result(this.control.PATCH('/_mock/sandboxes/{sandboxId}/keys/{key}', { params: this.#of(key), body }));
  }

  /**
   * Revoke a key.
   * @param {string} key
   */
  revoke(key) {
    return this.update(key, { revoked: true });
  }

  /**
   * Delete a key.
   * @param {string} key
   */
  async delete(key) {
    await result(this.control.DELETE('/_mock/sandboxes/{sandboxId}/keys/{key}', { params: this.#of(key) }));
  }

  /** @param {string} key */
  #of(key) {
    return { path: { ...this.params.path, key } };
  }
}

/** The rate limits of a sandbox. */
export class Limits extends Part {
  /** Read the limits, and how much of each is left. */
  get() {
    return result(this.control.GET('/_mock/sandboxes/{sandboxId}/limits', { params: this.params }));
  }

  /**
   * Limit each key to a rate such as `2/m`.
   * @param {string} rate
   */
  set(rate) {
    return result(this.control.PUT('/_mock/sandboxes/{sandboxId}/limits', { params: this.params, body: { rate } }));
  }

  /** Remove the limit. */
  async clear() {
    await result(this.control.DELETE('/_mock/sandboxes/{sandboxId}/limits', { params: this.params }));
  }

  /**
   * Limit a single key to a rate such as `2/m`.
   * @param {string} key
   * @param {string} rate
   */
  setForKey(key, rate) {
    const options = { params: { path: { ...this.params.path, key } }, body: { rate } };
    return result(this.control.PUT('/_mock/sandboxes/{sandboxId}/keys/{key}/limit', options));
  }

  /**
   * Remove the limit of a single key.
   * @param {string} key
   */
  async clearForKey(key) {
    const params = { path: { ...this.params.path, key } };
    await result(this.control.DELETE('/_mock/sandboxes/{sandboxId}/keys/{key}/limit', { params }));
  }
}
