// @ts-check
/** The fields of forms on jobs. */

import { element, field, select } from './elements.js';

const AS_SET = '';

/**
 * Return the fields of a job on an audience that is there, and the function that returns the members of the body.
 *
 * @returns {{fields: HTMLElement[], body: () => Record<string, unknown>}}
 */
export function startFields() {
  const requested = element('input', { type: 'number', min: 0, max: 1_000_000, value: 25, required: true });
  const paces = [
    { value: AS_SET, text: "As the sandbox's jobs" },
    { value: 'time', text: 'By time' },
    { value: 'manual', text: 'By hand: running until it is ended' },
    { value: 'polls', text: 'By each reading of its status' },
    { value: 'immediate', text: 'At once' },
  ];
  const pace = select(paces);
  const outcome = select([{ value: AS_SET, text: "As the sandbox's jobs" }, 'completed', 'failed', 'cancelled']);
  const body = () => ({
    requested: Number(requested.value),
    ...(pace.value === AS_SET ? {} : { pace: pace.value }),
    ...(pace.value === 'manual' ? { status: 'running' } : {}),
    ...(outcome.value === AS_SET ? {} : { outcome: outcome.value }),
  });
  return { fields: [field('Prospects', requested), field('Moves', pace), field('Outcome', outcome)], body };
}

/**
 * Return the fields of the end of a job, and the function that returns the body.
 *
 * @returns {{fields: HTMLElement[], body: () => Record<string, unknown>}}
 */
export function endFields() {
  const outcome = select(['failed', 'cancelled', 'completed']);
  const stage = select([{ value: AS_SET, text: 'Where it is' }, 'import', 'enrichment']);
  const share = element('input', { type: 'number', min: 0, max: 99, value: 50 });
  const body = () => ({
    outcome: outcome.value,
    ...(stage.value === AS_SET || outcome.value === 'completed'
      ? {}
      : { stage: stage.value, share: Number(share.value) / 100 }),
  });
  return {
    fields: [
      field('Outcome', outcome),
      field('Stage', stage, 'The stage in which it ends, unless it is completed.'),
      field('Percent of that stage', share),
    ],
    body,
  };
}

/**
 * Return the fields of a job by the vendor's API, and the function that returns the body.
 *
 * @returns {{fields: HTMLElement[], body: () => Record<string, unknown>}}
 */
export function prospectingFields() {
  const name = element('input', { required: true, value: 'From the console' });
  const results = element('input', { type: 'number', min: 1, value: 25, required: true });
  const url = element('input', {
    type: 'url',
    required: true,
    value: 'https://www.linkedin.com/search/results/people/?keywords=founder%20berlin',
  });
  const emails = element('input', { type: 'checkbox' });
  const body = () => ({
    source: 'linkedin_search',
    searchUrl: url.value,
    maxResults: Number(results.value),
    name: name.value,
    searchEmails: emails.checked,
  });
  return {
    fields: [
      field('Name of the audience', name),
      field('Address of the search', url),
      field('Prospects', results),
      field('Search e-mail addresses, for two credits each', emails),
    ],
    body,
  };
}
