// @ts-check
/** The panels, in the order in which they are offered. */

/** @type {Array<{name: string, title: string, load: () => Promise<import('./types.js').PanelModule>}>} */
export const PANELS = [
  { name: 'audiences', title: 'Audiences', load: () => import('./panels/audiences.js') },
  { name: 'jobs', title: 'Jobs', load: () => import('./panels/jobs.js') },
  { name: 'keys', title: 'Keys', load: () => import('./panels/keys.js') },
  { name: 'journal', title: 'Journal', load: () => import('./panels/journal.js') },
  { name: 'findings', title: 'Findings', load: () => import('./panels/findings.js') },
  { name: 'clock', title: 'Clock', load: () => import('./panels/clock.js') },
  { name: 'limits', title: 'Limits', load: () => import('./panels/limits.js') },
  { name: 'faults', title: 'Faults', load: () => import('./panels/faults.js') },
  { name: 'states', title: 'Provider states', load: () => import('./panels/states.js') },
  { name: 'sandboxes', title: 'Sandboxes', load: () => import('./panels/sandboxes.js') },
];
