/** The client of the control plane: each operation of its contract, with the types of the contract. */
import createClient from 'openapi-fetch';

import { ClientFindings, ControlPlaneError } from './errors.js';

/** @typedef {import('../types/contracts/control.d.ts').paths} ControlPaths */
/** @typedef {import('openapi-fetch').Client<ControlPaths>} ControlClient */

const UNPROCESSABLE = 422;

/**
 * Return a client of the control plane of a server.
 * @param {string} url the URL of the server
 * @param {string} [adminToken] its admin token, if it has one
 * @returns {ControlClient}
 */
export function controlPlane(url, adminToken) {
  return createClient({
    baseUrl: serverUrl(url),
    headers: adminToken ? { Authorization: `Bearer ${adminToken}` } : {},
    fetch: (request) => globalThis.fetch(request).catch((error) => { throw unreachable(url, error); }),
  });
}

/**
 * Return the URL of a server without a slash at its end; a text that is none is an error.
 * @param {string} url
 */
export function serverUrl(url) {
  if (!URL.canParse(url) || !['http:', 'https:'].includes(new URL(url).protocol)) {
    throw new ControlPlaneError(`'${url}' is not the URL of a server`, 'Write it like http://127.0.0.1:8080.');
  }
  return url.replace(/\/+$/, '');
}

/**
 * @param {string} url
 * @param {any} error
 */
function unreachable(url, error) {
  const reason = error?.cause?.code ?? error?.cause?.message ?? error?.message ?? error;
  return new ControlPlaneError(
    `${url} does not respond: ${reason}`,
    'Start a server by `audience-mock serve`, or check the URL.',
  );
}

/**
 * Return the document of a response, or throw the error that the control plane describes.
 * @template T
 * @param {Promise<{ data?: T, error?: any, response: Response }>} sent
 * @returns {Promise<NonNullable<T>>}
 */
export async function result(sent) {
  const { data, error, response } = await sent.catch((failure) => {
    if (failure instanceof SyntaxError) throw foreign();
    throw failure;
  });
  if (response.status === UNPROCESSABLE && Array.isArray(error?.findings)) throw new ClientFindings(error.findings);
  if (!response.ok) {
    const reason = error?.reason ?? `${response.url}: the response has the status ${response.status}`;
    throw new ControlPlaneError(reason, error?.hint, response.status);
  }
  return /** @type {NonNullable<T>} */ (data);
}

/**
 * Return the list in the document of a response.
 * @template {string} M
 * @template {Record<M, unknown>} T
 * @param {M} member the name of the list
 * @param {Promise<{ data?: T, error?: any, response: Response }>} sent
 * @returns {Promise<T[M]>}
 */
export async function listed(member, sent) {
  const document = await result(sent);
  if (document?.[member] === undefined) throw foreign();
  return document[member];
}

function foreign() {
  return new ControlPlaneError(
    'the response is not that of a control plane',
    'Check the URL: it is that of the server, without /_mock.',
  );
}
