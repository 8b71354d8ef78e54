/** The sandbox of a test: made before it, judged and deleted after it. */
import { ClientFindings } from './errors.js';
import { createSandbox } from './index.js';
import { journalText } from './journal_text.js';

/** @typedef {import('./index.js').SandboxOptions & { verify?: boolean }} TestSandboxOptions
 * the options of a sandbox, and whether mistakes of the client fail the test */

const LONGEST_NAME = 1_000;

/**
 * Make the sandbox of a test.
 * @param {string} test the name of the test
 * @param {TestSandboxOptions} options
 */
export function sandboxOf(test, options) {
  const members = { name: test.slice(-LONGEST_NAME), ...options };
  delete members.verify;
  return createSandbox(members);
}

/**
 * Judge the client if the options ask for it, and delete the sandbox. Return the journal if the test failed, and an error
 * with the journal if the client made mistakes.
 * @param {import('./sandbox.js').Sandbox} sandbox
 * @param {TestSandboxOptions} options
 * @param {boolean} hasFailed whether the test has failed already
 * @returns {Promise<{ journal?: string, mistake?: Error }>}
 */
export async function ended(sandbox, options, hasFailed) {
  try {
    if (hasFailed) return { journal: await journalText(sandbox) };
    if (options.verify) await sandbox.verify();
    return {};
  } catch (error) {
    return { mistake: await explained(/** @type {Error} */ (error), sandbox) };
  } finally {
    await sandbox.remove();
  }
}

/**
 * Return the error for the report of a test: the rules that the client broke, and the journal, which tells the rest.
 * @param {Error} error
 * @param {import('./sandbox.js').Sandbox} sandbox
 */
async function explained(error, sandbox) {
  if (!(error instanceof ClientFindings)) return error;
  const message = `${error.headline}\n${await journalText(sandbox)}`;
  return Object.assign(new Error(message), { name: error.name, stack: message });
}
