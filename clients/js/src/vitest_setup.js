/** The global set-up for Vitest: one server for all workers, and a name for the run. */
import { nameRun } from './coverage.js';
import { sharedServer } from './server.js';

/** Find or start the server, and return the function that stops it. */
export default async function setup() {
  const server = await sharedServer();
  process.env.AUDIENCE_MOCK_URL = server.url;
  nameRun(server);
  return () => server.stop();
}
