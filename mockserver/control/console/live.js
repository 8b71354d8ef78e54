// @ts-check
/** The follower of a sandbox's journal: by `fetch`, for an EventSource cannot send the admin token. */

import { at, ControlPlaneError } from './control_plane.js';

const PAUSE = 2_000; // milliseconds before it connects again, and between readings where it cannot follow

/**
 * @typedef {{kind: 'exchange', entry: import('./types.js').Exchange} | {kind: 'dropped', count: number} | {kind: 'reset'}
 *   | {kind: 'read'}} News `read`: the state is to be read again, for it begins to follow, or cannot
 * @typedef {{id: string, event: string, data: string}} ServerEvent
 */

export class Live {
  /**
   * @param {object} options
   * @param {import('./control_plane.js').ControlPlane} options.plane
   * @param {string} options.sandbox
   * @param {(text: string) => void} options.status shows whether it follows
   */
  constructor({ plane, sandbox, status }) {
    this.plane = plane;
    this.sandbox = sandbox;
    this.status = status;
    this.lastId = '';
    this.following = false;
    this.stopping = new AbortController();
    /** @type {Set<(news: News) => void>} */
    this.subscribers = new Set();
  }

  /**
   * Call a function for all news; return the function that ends this.
   *
   * @param {(news: News) => void} subscriber
   */
  subscribe(subscriber) {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  /** Follow the journal until `stop` is called. */
  async start() {
    while (!this.stopping.signal.aborted) {
      try {
        await this.follow(); // until the sandbox is gone, the connection is lost, or the server stops
      } catch (error) {
        this.say(error);
      }
      this.following = false;
      await paused(PAUSE, this.stopping.signal);
      this.tell({ kind: 'read' });
    }
  }

  /** Stop following. */
  stop() {
    this.stopping.abort();
    this.subscribers.clear();
  }

  /** Follow the journal until the stream ends; what has ended before is to be read, for a long journal takes seconds. */
  async follow() {
    this.lastId ||= await this.newest();
    const headers = { 'Last-Event-ID': this.lastId };
    const request = { method: /** @type {const} */ ('GET'), path: at`sandboxes/${this.sandbox}/journal/stream` };
    const response = await this.plane.fetch(request, { headers, signal: this.stopping.signal });
    this.following = true;
    this.status('Live');
    this.tell({ kind: 'read' });
    if (response.body !== null) {
      for await (const event of events(response.body)) {
        this.receive(event);
      }
    }
    this.status('Connecting again');
  }

  /** Return the number of the newest exchange. */
  async newest() {
    const { exchanges, dropped } = await this.plane.get(at`sandboxes/${this.sandbox}/journal?limit=1`);
    return String(exchanges[0]?.number ?? dropped);
  }

  /** @param {ServerEvent} event */
  receive({ id, event, data }) {
    this.lastId = id || this.lastId;
    if (event === 'reset') {
      this.tell({ kind: 'reset' });
    } else if (event === 'dropped') {
      this.tell({ kind: 'dropped', count: JSON.parse(data).dropped });
    } else {
      this.tell({ kind: 'exchange', entry: JSON.parse(data) });
    }
  }

  /** @param {News} news */
  tell(news) {
    [...this.subscribers].forEach((subscriber) => subscriber(news));
  }

  /** @param {unknown} error */
  say(error) {
    if (this.stopping.signal.aborted) {
      return;
    }
    const isRefused = error instanceof ControlPlaneError && error.status > 0;
    this.status(isRefused ? `Read every 2 s: ${error.reason}` : 'The server cannot be reached');
  }
}

/**
 * Yield the events of a stream; comments and unknown fields are skipped.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<ServerEvent>}
 */
export async function* events(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parsedEvent(block);
      if (event !== undefined) {
        yield event;
      }
    }
  }
}

/**
 * @param {string} block
 * @returns {ServerEvent | undefined}
 */
function parsedEvent(block) {
  const fields = { id: '', event: 'message', data: '' };
  for (const line of block.split('\n')) {
    const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      fields[/** @type {keyof ServerEvent} */ (name)] = value;
    }
  }
  return fields.data === '' ? undefined : fields;
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function paused(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
