/** Fixtures for Playwright: each test that asks for `audienceSandbox` has a sandbox of its own. */
import { test as base } from '@playwright/test';

import { ended, sandboxOf } from './test_sandbox.js';

export { expect } from '@playwright/test';

/** @typedef {{ audienceSandbox: import('./sandbox.js').Sandbox, audienceSandboxOptions: import('./test_sandbox.js').TestSandboxOptions }} AudienceFixtures */

/**
 * Playwright's `test` with a sandbox for each test; `test.use({ audienceSandboxOptions: { clock: 'manual' } })` says how to
 * make it. The journal of a test that failed is in its report.
 * @type {import('@playwright/test').TestType<import('@playwright/test').PlaywrightTestArgs & import('@playwright/test').PlaywrightTestOptions & AudienceFixtures, import('@playwright/test').PlaywrightWorkerArgs & import('@playwright/test').PlaywrightWorkerOptions>}
 */
export const test = base.extend({
  audienceSandboxOptions: [/** @type {any} */ ({}), { option: true }],
  audienceSandbox: async ({ audienceSandboxOptions }, use, testInfo) => {
    const sandbox = await sandboxOf(testInfo.titlePath.join(' > '), audienceSandboxOptions);
    await use(sandbox);
    const hasFailed = testInfo.status !== testInfo.expectedStatus;
    const { journal, mistake } = await ended(sandbox, audienceSandboxOptions, hasFailed);
    if (journal) testInfo.errors.push({ message: journal }); // reporters print errors whole, and cut attachments
    if (mistake) throw mistake;
  },
});
