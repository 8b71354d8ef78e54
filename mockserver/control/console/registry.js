// @ts-check
/** The panels, in the order in which they are offered, each with the sentence on what it is for. */

/** @type {Array<{name: string, title: string, about: string, load: () => Promise<import('./types.js').PanelModule>}>} */
export const PANELS = [
  {
    name: 'audiences',
    title: 'Audiences',
    about: "This is a mock of Sonarly's audiences API, with the data of a sandbox.",
    load: () => import('./panels/audiences.js'),
  },
  {
    name: 'jobs',
    title: 'Jobs',
    about: 'A prospecting job populates an audience, from queued to completed. The clock moves it, or a button here.',
    load: () => import('./panels/jobs.js'),
  },
  {
    name: 'keys',
    title: 'Keys',
    about: 'A client sends a key as its bearer token. A key opens its sandbox and no other.',
    load: () => import('./panels/keys.js'),
  },
  {
    name: 'journal',
    title: 'Journal',
    about: 'Each request of a client, as soon as it has ended. An exchange opens to the reason for its response.',
    load: () => import('./panels/journal.js'),
  },
  {
    name: 'findings',
    title: 'Findings',
    about: 'A finding is a mistake of the client, as the journal shows it.',
    load: () => import('./panels/findings.js'),
  },
  {
    name: 'coverage',
    title: 'Coverage',
    about: 'The documented responses and situations that clients have met, and those that they never met.',
    load: () => import('./panels/coverage.js'),
  },
  {
    name: 'clock',
    title: 'Clock',
    about: 'The time of the sandbox: jobs, limits and the expiry of keys follow it.',
    load: () => import('./panels/clock.js'),
  },
  {
    name: 'limits',
    title: 'Limits',
    about: 'The number of requests that a key may send. A client that sends more gets 429.',
    load: () => import('./panels/limits.js'),
  },
  {
    name: 'faults',
    title: 'Faults',
    about: 'Misbehaviour of the server on request: a lost reply, a delay, an error. Each fault counts what it has met.',
    load: () => import('./panels/faults.js'),
  },
  {
    name: 'states',
    title: 'Provider states',
    about: 'A provider state is a situation that a test asks for by name.',
    load: () => import('./panels/states.js'),
  },
  {
    name: 'sandboxes',
    title: 'Sandboxes',
    about: 'A sandbox is a world of its own: keys, account groups, audiences, jobs, clock, faults and journal.',
    load: () => import('./panels/sandboxes.js'),
  },
];
