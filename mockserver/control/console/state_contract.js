// @ts-check
/** The provider states as their contract describes them. */

/**
 * @typedef {object} State
 * @property {string} name
 * @property {string} description
 * @property {string} shows the documented effect
 * @property {string} teardown the effect of the teardown
 * @property {import('./schema_fields.js').Schema} params
 */

/**
 * Return the states of a contract, in its order.
 *
 * @param {any} contract the document at `provider-states.json`
 * @returns {State[]}
 */
export function statesOf(contract) {
  const resolve = (/** @type {any} */ node) => resolved(contract, node);
  const body = contract.paths['/provider-states'].post.requestBody.content['application/json'].schema;
  const { discriminator } = resolve(body);
  return Object.entries(discriminator.mapping).map(([name, reference]) => {
    const schema = resolve({ $ref: reference });
    return {
      name,
      description: schema.description,
      shows: schema['x-shows'],
      teardown: schema['x-teardown'],
      params: schema.properties.params,
    };
  });
}

/**
 * Return a node of a document with its references to other nodes resolved.
 *
 * @param {any} contract
 * @param {any} node
 * @returns {any}
 */
function resolved(contract, node) {
  if (node === null || typeof node !== 'object') {
    return node;
  }
  if (typeof node.$ref === 'string') {
    const steps = node.$ref.split('/').slice(1);
    return resolved(contract, steps.reduce((/** @type {any} */ part, /** @type {string} */ step) => part[step], contract));
  }
  if (Array.isArray(node)) {
    return node.map((one) => resolved(contract, one));
  }
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, resolved(contract, value)]));
}
