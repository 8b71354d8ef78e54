// @ts-check
/** Requests of the vendor's API, for what the control plane has no operation: they need a key of the sandbox. */

import { at } from './control_plane.js';
import { element, field, select, setOptions } from './elements.js';

/** The choice of the key with which the console sends requests of the vendor's API. */
export class KeyChooser {
  constructor() {
    this.select = select([]);
    const hint = "For what the control plane does not do. The guard, permissions, limits and faults apply.";
    this.node = element('div', { class: 'apart' }, field('Requests of the vendor\'s API with the key', this.select, hint));
  }

  /**
   * Offer these keys.
   *
   * @param {import('./types.js').Key[]} keys
   */
  update(keys) {
    setOptions(this.select, keys.map(({ key, name, revoked }) => ({ value: key, text: `${name}${revoked ? ', revoked' : ''}` })));
  }

  /**
   * Return a request of the vendor's API on an account group.
   *
   * @param {import('./types.js').Method} method
   * @param {string} accountGroupId
   * @param {import('./control_plane.js').Path} path behind that of the account group
   * @param {unknown} [body]
   * @returns {import('./types.js').PlannedRequest}
   */
  request(method, accountGroupId, path, body) {
    if (this.select.value === '') {
      throw new Error('the sandbox has no key');
    }
    const whole = /** @type {import('./control_plane.js').Path} */ (at`v1/accounts/${accountGroupId}` + path);
    return { method, path: whole, body, key: this.select.value };
  }
}
