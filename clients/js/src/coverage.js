/** The coverage of a run of tests: read from the server, printed as a table, and held against what is required. */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { controlPlane, result } from './control_plane.js';

/** @typedef {import('./parts.js').Schemas} Schemas */
/** @typedef {Schemas['Coverage']} Coverage */
/**
 * @typedef {object} CoverageOptions
 * @property {number} [failUnder] the least share in percent
 * @property {string[]} [require] what must have been met: `deleteAudience:409`, or the id of a situation, which must have
 *   been handled well
 * @property {string} [html] a file for the coverage as a page
 * @property {string} [json] a file for the coverage as JSON
 */
/** @typedef {{ coverage: Coverage, page: string }} Reading */

const HEADING = 'Coverage of the audiences API';

/**
 * Name the run of tests in the environment of its workers, unless the server is its own: then all that it sees counts.
 * @param {import('./server.js').Server} server
 */
export function nameRun(server) {
  process.env.AUDIENCE_MOCK_RUN = server.isOurs ? '' : randomUUID();
}

/**
 * Read the coverage of this run from a server.
 * @param {import('./server.js').Server} server
 * @returns {Promise<Reading>}
 */
export async function readCoverage(server) {
  const control = controlPlane(server.url, server.adminToken);
  const run = process.env.AUDIENCE_MOCK_RUN;
  const params = { query: run ? { run } : {} };
  const coverage = await result(control.GET('/_mock/coverage', { params }));
  const page = await result(control.GET('/_mock/coverage.html', { params, parseAs: 'text' }));
  return { coverage, page: String(page) };
}

/**
 * Write the files that the options ask for.
 * @param {Reading} reading
 * @param {CoverageOptions} options
 */
export async function writeFiles({ coverage, page }, { html, json }) {
  for (const [file, text] of [[html, page], [json, `${JSON.stringify(coverage, null, 2)}\n`]]) {
    if (!file) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text ?? '');
  }
}

/**
 * Return the lines of the table.
 * @param {Coverage} coverage
 * @returns {string[]}
 */
export function table(coverage) {
  const requested = coverage.operations.filter((operation) => operation.requests > 0);
  if (requested.length === 0) return [`${HEADING}: nothing was requested.`];
  const names = new Set(requested.map((operation) => operation.operation));
  const situations = coverage.situations.filter((situation) => situation.operations.some((name) => names.has(name)));
  const width = Math.max(...requested.map(({ operation }) => operation.length), ...situations.map(({ id }) => id.length));
  const { covered, of, percent } = coverage.share;
  return [
    `${HEADING}: ${percent} %, ${covered} of ${of} documented responses and situations of the operations that were requested`,
    ...requested.map((operation) => `  ${operation.operation.padEnd(width)}  ${responses(operation)}`),
    ...situations.filter(({ met }) => met > 0).map((situation) => `  ${situation.id.padEnd(width)}  ${handling(situation)}`),
    ...requested.flatMap(neverMet),
    ...situations.filter(({ met }) => met === 0).map(({ id }) => `${id}: never tried`),
  ];
}

/** @param {Schemas['OperationCoverage']} operation */
function responses({ responses: documented, undocumented, lost }) {
  const met = [...documented, ...undocumented].filter((response) => response.met > 0);
  const counts = met.map((response) => `${response.status}: ${response.met}`);
  return [...counts, ...(lost > 0 ? [`lost: ${lost}`] : [])].join(', ');
}

/** @param {Schemas['SituationCoverage']} situation */
function handling({ met, well, findings }) {
  return `met ${met}, handled well ${well}${findings > 0 ? `, findings ${findings}` : ''}`;
}

/** @param {Schemas['OperationCoverage']} operation */
function neverMet({ operation, responses: documented }) {
  const missing = documented.filter(({ met }) => met === 0).map(({ status }) => status);
  return missing.length > 0 ? [`${operation}: ${missing.join(', ')} never met`] : [];
}

/**
 * Return a line for each requirement that the coverage does not keep.
 * @param {Coverage} coverage
 * @param {CoverageOptions} options
 * @returns {string[]}
 */
export function shortfalls(coverage, { failUnder, require: required = [] }) {
  const { percent } = coverage.share;
  const low = failUnder !== undefined && (percent ?? 0) < failUnder;
  return [
    ...(low ? [`the coverage of ${percent ?? 0} % is less than the required ${failUnder} %`] : []),
    ...required.flatMap((name) => unmet(coverage, name)),
  ];
}

/**
 * @param {Coverage} coverage
 * @param {string} name
 * @returns {string[]}
 */
function unmet(coverage, name) {
  const situation = coverage.situations.find(({ id }) => id === name);
  if (situation) return situation.well > 0 ? [] : [`${name}: ${situation.met > 0 ? 'not handled well' : 'never tried'}`];
  const [operationId, status] = name.split(':');
  const operation = coverage.operations.find((each) => each.operation === operationId);
  const response = operation?.responses.find((each) => String(each.status) === status);
  if (response) return response.met > 0 ? [] : [`${operationId}: ${status} never met`];
  const known = operation
    ? operation.responses.map((each) => `${operationId}:${each.status}`)
    : [...coverage.operations.map((each) => each.operation), ...coverage.situations.map(({ id }) => id)];
  return [`'${name}' is required, and is none of ${known.join(', ')}`];
}

/**
 * Report the coverage: write the files, print the table and what falls short, and return whether nothing does.
 * @param {Reading | Error | undefined} reading
 * @param {CoverageOptions} options
 * @param {(line: string) => void} print
 */
export async function report(reading, options, print) {
  if (!reading || reading instanceof Error) {
    const reason = reading?.message ?? 'no server was started or named: is the setup of audience-mock in the configuration?';
    print(`${HEADING}: it cannot be read: ${reason}`);
    return options.failUnder === undefined && !options.require?.length;
  }
  await writeFiles(reading, options);
  for (const line of table(reading.coverage)) print(line);
  const missing = shortfalls(reading.coverage, options);
  for (const line of missing) print(`audience-mock: ${line}`);
  return missing.length === 0;
}
