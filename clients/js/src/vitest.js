/** Fixtures for Vitest: each test that asks for `audienceSandbox` has a sandbox of its own. */
import { test as base } from 'vitest';

import { ended, sandboxOf } from './test_sandbox.js';

export { describe, expect } from 'vitest';

/** @typedef {{ audienceSandbox: import('./sandbox.js').Sandbox }} AudienceFixtures */

/**
 * Return Vitest's `test` with a sandbox for each test; the options say how to make it. The journal of a test that failed is in
 * its report.
 * @param {import('./test_sandbox.js').TestSandboxOptions} [options]
 * @returns {import('vitest').TestAPI<AudienceFixtures>}
 */
export function audienceTest(options = {}) {
  const fixtures = {
    /**
     * @param {{ task: any }} context
     * @param {(sandbox: import('./sandbox.js').Sandbox) => Promise<void>} use
     */
    audienceSandbox: async ({ task }, use) => {
      const sandbox = await sandboxOf(nameOf(task), options);
      await use(sandbox);
      const { journal, mistake } = await ended(sandbox, options, task.result?.state === 'fail');
      if (mistake) throw mistake;
      if (journal) for (const error of task.result?.errors ?? []) error.message = `${error.message}\n\n${journal}`;
    },
  };
  return /** @type {any} */ (base.extend(/** @type {any} */ (fixtures)));
}

/** Vitest's `test` with an empty sandbox for each test. */
export const test = audienceTest();

/** @param {any} task */
function nameOf(task) {
  const names = [task.name];
  for (let suite = task.suite; suite; suite = suite.suite) names.unshift(suite.name);
  return [task.file?.name, ...names].filter(Boolean).join(' > ');
}
