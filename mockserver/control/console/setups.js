// @ts-check
/** The provider states that were set up from this tab: a teardown needs their parameters and values. */

const MOST = 50;

/**
 * @typedef {object} Setup
 * @property {number} number
 * @property {string} state
 * @property {Record<string, unknown>} params
 * @property {Record<string, unknown>} values
 * @property {string} query the sandbox that the request named; empty for none
 */

export class Setups {
  /**
   * @param {string} sandbox the sandbox that was selected
   * @param {Storage} [storage]
   */
  constructor(sandbox, storage = sessionStorage) {
    this.place = `audience-mock-states:${sandbox}`;
    this.storage = storage;
  }

  /**
   * Return what was set up and not torn down, newest first.
   *
   * @returns {Setup[]}
   */
  all() {
    return JSON.parse(this.storage.getItem(this.place) ?? '[]');
  }

  /**
   * Keep what was set up; the oldest of many is forgotten.
   *
   * @param {Omit<Setup, 'number'>} setup
   */
  add(setup) {
    const all = this.all();
    const number = (all[0]?.number ?? 0) + 1;
    this.keep([{ number, ...setup }, ...all].slice(0, MOST));
  }

  /**
   * Forget what was torn down.
   *
   * @param {number} number
   */
  remove(number) {
    this.keep(this.all().filter((setup) => setup.number !== number));
  }

  /** @param {Setup[]} all */
  keep(all) {
    this.storage.setItem(this.place, JSON.stringify(all));
  }
}
