/** Sandboxes of the mock server of the audiences API, for tests. */
import { makeSandbox } from './sandbox.js';
import { sharedServer } from './server.js';

export { controlPlane } from './control_plane.js';
export { ClientFindings, ControlPlaneError } from './errors.js';
export { journalText } from './journal_text.js';
export { Sandbox } from './sandbox.js';
export { sharedServer, startServer } from './server.js';

/** @typedef {import('./parts.js').Schemas} Schemas */
/** @typedef {import('./server.js').ServerOptions} ServerOptions */
/**
 * @typedef {Schemas['NewSandbox'] & ServerOptions & { clock?: 'real' | 'manual' }} SandboxOptions
 * the members of a sandbox to make, the server (by default one is found or started), and whether its clock stands still
 */

/**
 * Make a sandbox: empty but for an account group and a key, with a `seed`, or as a copy of another (`from`).
 * @param {SandboxOptions} [options]
 */
export async function createSandbox({ url, adminToken, clock = 'real', ...members } = {}) {
  const server = await sharedServer({ url, adminToken });
  const run = process.env.AUDIENCE_MOCK_RUN;
  const sandbox = await makeSandbox(server.url, server.adminToken, run ? { run, ...members } : members);
  if (clock === 'manual') await sandbox.clock.stop();
  return sandbox;
}
