/** The global set-up for Playwright: one server for all workers, and a name for the run. */
import { nameRun, readCoverage } from './coverage.js';
import { sharedServer } from './server.js';

/** The place where the reporter finds the coverage: Playwright stops the server before its reporters end. */
export const COVERAGE = Symbol.for('audience-mock.coverage');

/** Find or start the server, and return the function that reads the coverage and stops it. */
export default async function setup() {
  const server = await sharedServer();
  process.env.AUDIENCE_MOCK_URL = server.url;
  nameRun(server);
  return async () => {
    /** @type {any} */ (globalThis)[COVERAGE] = await readCoverage(server).catch((error) => error);
    await server.stop();
  };
}
