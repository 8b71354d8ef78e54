/** A reporter for Vitest: the coverage of the run, and its failure if what is required was not met. */
import { readCoverage, report } from './coverage.js';
import { namedServer } from './server.js';

export default class CoverageReporter {
  /** @param {import('./coverage.js').CoverageOptions} options */
  constructor(options = {}) {
    this.options = options;
  }

  /** Print the coverage while the server still runs. */
  async onTestRunEnd() {
    const server = namedServer();
    const reading = server && (await readCoverage(server).catch((error) => error));
    const isMet = await report(reading, this.options, (line) => console.log(line));
    if (!isMet) process.exitCode = 1;
  }
}
