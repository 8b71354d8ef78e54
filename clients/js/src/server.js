/** A server of the mock: the one that is named, or one that is started for the tests, and ends with their process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { ControlPlaneError } from './errors.js';

const READY = /is ready at (http:\/\/\S+)/;
const TIMEOUT = 120_000; // uvx and pipx may have to install it first
const OPTIONS = ['serve', '--port', '0', '--log-format', 'none', '--until-stdin-closes'];
const PACKAGE = 'audience-mock';

/**
 * @typedef {object} Server
 * @property {string} url the URL
 * @property {string} [adminToken] the admin token, if it has one
 * @property {boolean} isOurs whether it was started here
 * @property {() => Promise<void>} stop stops it, if it was started here
 */

/**
 * @typedef {object} ServerOptions
 * @property {string} [url] the URL of a server that is running (AUDIENCE_MOCK_URL)
 * @property {string} [adminToken] its admin token (AUDIENCE_MOCK_ADMIN_TOKEN)
 */

/** @type {Promise<Server> | undefined} */
let shared;

/**
 * Return the server that is named, or the one that this process has started; the first call starts it.
 * @param {ServerOptions} [options]
 * @returns {Promise<Server>}
 */
export function sharedServer(options = {}) {
  const named = namedServer(options);
  if (named) return Promise.resolve(named);
  shared ??= startServer().catch((error) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

/**
 * Return the server that an option or the environment names.
 * @param {ServerOptions} options
 * @returns {Server | undefined}
 */
export function namedServer(options = {}) {
  const url = options.url || process.env.AUDIENCE_MOCK_URL;
  const adminToken = options.adminToken || process.env.AUDIENCE_MOCK_ADMIN_TOKEN || undefined;
  return url ? { url, adminToken, isOurs: false, stop: async () => {} } : undefined;
}

/**
 * Start a server by the first of the commands that works. It ends with this process, even if that is killed.
 * @returns {Promise<Server>}
 */
export async function startServer() {
  const failures = [];
  for (const command of commands(process.env.AUDIENCE_MOCK_COMMAND)) {
    const outcome = await tried(command);
    if (typeof outcome !== 'string') return outcome;
    failures.push(`${command.join(' ')}: ${outcome}`);
  }
  throw new ControlPlaneError(
    'no server of the mock is named, and none could be started',
    `Install one by \`pip install audience-mock\`, or name a running one in AUDIENCE_MOCK_URL. (${failures.join('; ')})`,
  );
}

/**
 * Return the commands to try, the given one alone where there is one.
 * @param {string | undefined} given
 * @returns {string[][]}
 */
function commands(given) {
  if (given) return [given.trim().split(/\s+/)];
  return [
    [PACKAGE],
    ['python3', '-m', 'mockserver'],
    ['python', '-m', 'mockserver'],
    ['uvx', PACKAGE],
    ['pipx', 'run', PACKAGE],
  ];
}

/**
 * Start a server by a command, and return it once it is ready; or the reason why it does not get there.
 * @param {string[]} command
 * @returns {Promise<Server | string>}
 */
async function tried(command) {
  const [program = '', ...words] = command;
  // Its settings are those of these tests: a variable for another server, such as AUDIENCE_MOCK_STORE, is not for this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AUDIENCE_MOCK_')));
  const child = spawn(program, [...words, ...OPTIONS], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => { said = (said + data).slice(-2_000); });
  child.stdin.on('error', () => {}); // it has ended
  /** @type {Promise<string>} */
  const url = new Promise((found, failed) => {
    let printed = '';
    child.stdout.on('data', (data) => {
      printed = (printed + data).slice(-20_000);
      const ready = READY.exec(printed);
      if (ready) found(/** @type {string} */ (ready[1]));
    });
    child.on('error', (error) => failed(new Error('code' in error && error.code === 'ENOENT' ? 'not found' : error.message)));
    child.on('close', () => failed(new Error(said.trim().split('\n').at(-1) || 'it ended at once')));
    setTimeout(() => failed(new Error('it was not ready in time')), TIMEOUT).unref();
  });
  try {
    return running(child, await url);
  } catch (error) {
    child.kill();
    return /** @type {Error} */ (error).message;
  }
}

/**
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 * @param {string} url
 * @returns {Server}
 */
function running(child, url) {
  // nothing of it keeps this process from its end, at which the pipe of its input closes
  for (const stream of [child, child.stdin, child.stdout, child.stderr]) /** @type {any} */ (stream).unref();
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    child.stdin.end();
    await once(child, 'exit');
  };
  return { url, isOurs: true, stop };
}
