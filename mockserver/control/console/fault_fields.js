// @ts-check
/** The fields of a fault: those that its kind or preset takes are shown and sent. */

import { element, field, select, setOptions } from './elements.js';

/** @typedef {import('./types.js').Schemas['NewFault']} NewFault */
/** @typedef {Map<string, {summary: string, statuses: number[]}>} Operations error statuses by operationId */
/** @typedef {'probability' | 'delayMs' | 'status' | 'retryAfter' | 'resendMs'} Member */

const RATE_LIMITED = 429;
const RESETS = /** @type {const} */ (['probability', 'delayMs', 'resendMs']);
const SPOILS = /** @type {const} */ (['probability', 'delayMs', 'status', 'retryAfter']);

/** @type {Array<{value: string, text: string, takes: readonly Member[], needs?: readonly Member[]}>} */
const CHOICES = [
  { value: 'preset lost-reply', text: 'Preset lost-reply: the next reply is lost', takes: ['resendMs'] },
  { value: 'preset flaky', text: 'Preset flaky: one in ten requests each: 500, reset before, reset after', takes: ['resendMs'] },
  { value: 'preset slow', text: 'Preset slow: two seconds before each request', takes: [] },
  { value: 'preset maintenance', text: 'Preset maintenance: 500 for each request', takes: [] },
  { value: 'kind response', text: 'response: an error of the contract', takes: SPOILS, needs: ['status'] },
  { value: 'kind delay', text: 'delay: before the effect', takes: ['probability', 'delayMs'], needs: ['delayMs'] },
  { value: 'kind late-answer', text: 'late-answer: a delay after the effect', takes: ['probability', 'delayMs'], needs: ['delayMs'] },
  { value: 'kind reset-before', text: 'reset-before: the connection is reset, without an effect', takes: RESETS },
  { value: 'kind reset-after', text: 'reset-after: the connection is reset after the effect', takes: RESETS },
  { value: 'kind truncated-body', text: 'truncated-body: the response ends before its end', takes: SPOILS },
  { value: 'kind malformed-json', text: 'malformed-json: the body is not JSON', takes: SPOILS },
  { value: 'kind wrong-content-type', text: 'wrong-content-type: text/html', takes: SPOILS },
];

/** The fields of a new fault. */
export class FaultFields {
  constructor() {
    /** @type {Operations} */
    this.operations = new Map();
    this.choice = select(CHOICES);
    this.operation = select([]);
    this.key = select([]);
    this.resource = element('input', { pattern: '[0-9a-f]{24}', placeholder: 'b00000000000000000000001' });
    this.from = number({ min: 1, max: 1_000_000, value: 1, required: true });
    this.times = number({ min: 1, max: 1_000_000 });
    this.inputs = {
      status: select([]),
      retryAfter: number({ min: 0, max: 86_400 }),
      delayMs: number({ min: 1, max: 60_000 }),
      probability: number({ min: 0, max: 1, step: 'any', value: 1 }),
      resendMs: number({ min: 0, max: 60_000 }),
    };
    this.fields = {
      status: field('Status', this.inputs.status, 'The errors that the contract documents for the operation.'),
      retryAfter: field('Retry-After', this.inputs.retryAfter, 'Seconds. Empty for no such header.'),
      delayMs: field('Delay', this.inputs.delayMs, 'Milliseconds of real time.'),
      probability: field('Probability', this.inputs.probability, 'From 0 to 1.'),
      resendMs: field('Resets of a request that is sent again', this.inputs.resendMs, 'For so many milliseconds. Empty for 250 for browsers, and 0 for others.'),
    };
    this.node = element(
      'div',
      { oninput: () => this.fit() },
      field('Fault', this.choice),
      this.fields.status,
      this.fields.retryAfter,
      this.fields.delayMs,
      field('Operation', this.operation),
      field('Key', this.key),
      field('Resource', this.resource, 'An identifier in the path: 24 hexadecimal digits. Empty for any.'),
      field('From', this.from, 'The match that it acts on first.'),
      field('Times', this.times, 'Empty for no end; a preset may set it.'),
      this.fields.probability,
      this.fields.resendMs,
    );
    this.offer(new Map());
    this.offerKeys([]);
  }

  /**
   * Offer the operations of the vendor's API.
   *
   * @param {Operations} operations
   */
  offer(operations) {
    this.operations = operations;
    const options = [...operations].map(([value, { summary }]) => ({ value, text: `${value}: ${summary}` }));
    setOptions(this.operation, [{ value: '', text: 'Any' }, ...options]);
    this.fit();
  }

  /**
   * Offer the keys of the sandbox: by name, or by token where the name does not tell.
   *
   * @param {import('./types.js').Key[]} keys
   */
  offerKeys(keys) {
    const isUnique = (/** @type {string} */ name) => keys.filter((key) => key.name === name || key.key === name).length === 1;
    const options = keys.map(({ key, name }) => (name !== '' && isUnique(name) ? { value: name, text: name } : { value: key, text: `${name} (${key})` }));
    setOptions(this.key, [{ value: '', text: 'Any' }, ...options]);
  }

  /** Show the fields that the chosen kind or preset takes; a hidden one is disabled, so that it is not checked. */
  fit() {
    const { takes, needs = [] } = this.chosen();
    const statuses = this.statuses().map(String);
    setOptions(this.inputs.status, needs.includes('status') ? statuses : [{ value: '', text: "The response's own" }, ...statuses]);
    for (const [name, input] of Object.entries(this.inputs)) {
      const member = /** @type {Member} */ (name);
      const isUsed = takes.includes(member) && (member !== 'retryAfter' || this.inputs.status.value === String(RATE_LIMITED));
      this.fields[member].hidden = !isUsed;
      input.disabled = !isUsed;
      input.required = needs.includes(member);
    }
  }

  /** Return the entry of the chosen kind or preset. */
  chosen() {
    return CHOICES.find(({ value }) => value === this.choice.value) ?? CHOICES[0];
  }

  /** Return the errors that are documented for the operation, or for each. */
  statuses() {
    const all = [...this.operations.values()].map(({ statuses }) => statuses);
    const [first = [], ...others] = this.operation.value === '' ? all : [this.operations.get(this.operation.value)?.statuses ?? []];
    return first.filter((status) => others.every((statuses) => statuses.includes(status)));
  }

  /** Return the body of the request: the members that are used, and that differ from their defaults. */
  body() {
    const [sort, name] = this.choice.value.split(' ');
    /** @type {Record<string, string | number>} */
    const body = { [sort]: name };
    const texts = { operation: this.operation.value, key: this.key.value, resource: this.resource.value.trim() };
    const numbers = { from: this.from.value === '1' ? '' : this.from.value, times: this.times.value, ...this.used() };
    for (const [member, value] of Object.entries(texts)) {
      if (value !== '') {
        body[member] = value;
      }
    }
    for (const [member, value] of Object.entries(numbers)) {
      if (value !== '') {
        body[member] = Number(value);
      }
    }
    return /** @type {NewFault} */ (body);
  }

  /** Return the values of the fields that are shown for the kind or preset. */
  used() {
    const shown = Object.entries(this.inputs).filter(([, input]) => !input.disabled);
    return Object.fromEntries(shown.map(([name, { value }]) => [name, name === 'probability' && value === '1' ? '' : value]));
  }
}

/**
 * Return the operations of a contract, with their documented errors.
 *
 * @param {{paths: Record<string, Record<string, any>>}} contract
 * @returns {Operations}
 */
export function operationsOf({ paths }) {
  const operations = Object.values(paths).flatMap((item) => Object.values(item).filter((one) => one.operationId !== undefined));
  return new Map(
    operations.map(({ operationId, summary, responses }) => {
      const statuses = Object.keys(responses).map(Number).filter((status) => status >= 400);
      return [operationId, { summary, statuses }];
    }),
  );
}

/** @param {import('./elements.js').Attributes} attributes */
function number(attributes) {
  return element('input', { type: 'number', ...attributes });
}
