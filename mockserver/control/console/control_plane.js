// @ts-check
/** The client of the control plane and of the vendor's API, at addresses relative to that of the page. */

const TOKEN = 'audience-mock-admin-token';

/** @typedef {string & {readonly path: unique symbol}} Path a path whose segments are encoded; `at` makes it */

/**
 * Return a path; each value becomes a part of one segment, or of the query, whatever its characters.
 *
 * @param {TemplateStringsArray} parts
 * @param {...(string | number)} values
 * @returns {Path}
 */
export function at(parts, ...values) {
  const encoded = values.map((value) => encodeURIComponent(value).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E')));
  return /** @type {Path} */ (String.raw({ raw: parts }, ...encoded));
}

/** A refusal, or a failure to reach the server. */
export class ControlPlaneError extends Error {
  /**
   * @param {number} status 0 if there is no response
   * @param {string} reason
   * @param {string} [hint]
   */
  constructor(status, reason, hint) {
    super(hint === undefined ? reason : `${reason}. ${hint}`);
    this.status = status;
    this.reason = reason;
    this.hint = hint;
  }
}

/** The client; it asks for the admin token when the server does, once at a time, and keeps it for the tab. */
export class ControlPlane {
  /**
   * @param {object} options
   * @param {(again: boolean) => Promise<string | undefined>} options.askForToken
   * @param {string} [options.base] the address of the page, which is that of the control plane
   * @param {Storage} [options.storage]
   */
  constructor({ askForToken, base = new URL('.', document.baseURI).href, storage = sessionStorage }) {
    this.base = base;
    this.vendorBase = new URL('../', base).href;
    this.askForToken = askForToken;
    this.storage = storage;
    /** @type {Promise<string | undefined> | undefined} */
    this.asking = undefined;
  }

  /** Whether the server has asked for the admin token. */
  get needsToken() {
    return this.storage.getItem(TOKEN) !== null;
  }

  /** @param {Path} path @returns {Promise<any>} */
  get(path) {
    return this.send({ method: 'GET', path });
  }

  /** @param {Path} path @param {unknown} [body] @returns {Promise<any>} */
  post(path, body) {
    return this.send({ method: 'POST', path, body });
  }

  /** @param {Path} path @param {unknown} [body] @returns {Promise<any>} */
  put(path, body) {
    return this.send({ method: 'PUT', path, body });
  }

  /** @param {Path} path @param {unknown} [body] @returns {Promise<any>} */
  patch(path, body) {
    return this.send({ method: 'PATCH', path, body });
  }

  /** @param {Path} path @returns {Promise<any>} */
  delete(path) {
    return this.send({ method: 'DELETE', path });
  }

  /**
   * Return the absolute address of a request.
   *
   * @param {import('./types.js').PlannedRequest} request
   */
  url({ path, key }) {
    return new URL(path, key === undefined ? this.base : this.vendorBase).href;
  }

  /**
   * Send a request, and return the JSON document of the response.
   *
   * @param {import('./types.js').PlannedRequest} request
   * @returns {Promise<any>}
   * @throws {ControlPlaneError} the server refuses it, or cannot be reached
   */
  async send(request) {
    const response = await this.fetch(request);
    const text = await response.text();
    return text === '' ? undefined : parsed(text, response.status);
  }

  /**
   * Send a request, and return the response as soon as its head is there.
   *
   * @param {import('./types.js').PlannedRequest} request
   * @param {{headers?: Record<string, string>, signal?: AbortSignal}} [options]
   * @throws {ControlPlaneError} the server refuses it, or cannot be reached
   */
  async fetch(request, { headers = {}, signal } = {}) {
    for (;;) {
      const token = request.key ?? this.storage.getItem(TOKEN);
      const response = await reached(this.url(request), {
        method: request.method,
        headers: {
          ...headers,
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        cache: 'no-store',
        signal,
      });
      if (response.ok) {
        return response;
      }
      const isLocked = response.status === 401 && request.key === undefined;
      if (!(isLocked && (await this.tokenAfter(token)))) {
        throw await refusal(response);
      }
    }
  }

  /**
   * Return whether there is another token than the refused one; ask for it if nobody else has yet.
   *
   * @param {string | null} refused
   */
  async tokenAfter(refused) {
    if (this.storage.getItem(TOKEN) !== refused) {
      return true;
    }
    this.asking ??= this.askForToken(refused !== null).finally(() => {
      this.asking = undefined;
    });
    const given = await this.asking;
    if (given) {
      this.storage.setItem(TOKEN, given);
    }
    return Boolean(given);
  }
}

/**
 * @param {string} url
 * @param {RequestInit} options
 */
async function reached(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (options.signal?.aborted) {
      throw error;
    }
    throw new ControlPlaneError(0, 'the server cannot be reached, or has reset the connection');
  }
}

/** @param {Response} response */
async function refusal(response) {
  const text = await response.text();
  try {
    const body = JSON.parse(text);
    const { code, message } = body.error ?? {}; // of the vendor's API
    return new ControlPlaneError(response.status, body.reason ?? `${response.status} ${code}: ${message}`, body.hint);
  } catch {
    return new ControlPlaneError(response.status, `${response.status} ${response.statusText}`.trim());
  }
}

/**
 * @param {string} text
 * @param {number} status
 */
function parsed(text, status) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlPlaneError(status, `the body of the response (${status}) is not JSON`);
  }
}
