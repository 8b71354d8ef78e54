/** A reporter for Playwright: the coverage of the run, and its failure if what is required was not met. */
import { report } from './coverage.js';
import { COVERAGE } from './playwright_setup.js';

export default class CoverageReporter {
  /** @param {import('./coverage.js').CoverageOptions} options */
  constructor(options = {}) {
    this.options = options;
  }

  /** Leave the tests themselves to another reporter. */
  printsToStdio() {
    return false;
  }

  /**
   * Print the coverage.
   * @param {import('@playwright/test/reporter').FullResult} result
   */
  async onEnd({ status }) {
    const isMet = await report(/** @type {any} */ (globalThis)[COVERAGE], this.options, (line) => console.log(line));
    return { status: isMet ? status : /** @type {const} */ ('failed') };
  }
}
