// @ts-check
/** The exchanges of a sandbox's journal as the page knows them: read once, and grown by the events of its stream. */

import { at } from './control_plane.js';
import { journalPath } from './journal_filters.js';

const PAGE = 1_000; // exchanges in one reading: as many as the control plane gives
const NEWS = 100; // exchanges in one reading of what is new
const SPARE = 500; // exchanges beyond the limit of the journal until the page forgets the oldest
const REST = 50; // times as long as a judgement took until the next one: 2 % of the server's time,
const LONGEST_REST = 10_000; // milliseconds, after which findings are read in any case
const DRAWN = 100; // milliseconds between two drawings of a journal that grows fast

/**
 * @typedef {import('./types.js').Exchange} Exchange
 * @typedef {import('./types.js').Schemas['Finding']} Finding
 * @typedef {{after: number, count: number}} Gap exchanges that were dropped before the page could read them
 */

/** @type {WeakMap<import('./live.js').Live, Journal>} */
const journals = new WeakMap();

/**
 * Return the journal of the sandbox that is shown: the same one for all panels as long as it is followed.
 *
 * @param {import('./types.js').Context} context
 */
export function journalOf({ plane, sandbox, live }) {
  const known = journals.get(live);
  const journal = known ?? new Journal(plane, sandbox);
  if (known === undefined) {
    journals.set(live, journal);
    live.subscribe((news) => journal.take(news, Number(live.lastId)));
  }
  return journal;
}

export class Journal {
  /**
   * @param {import('./control_plane.js').ControlPlane} plane
   * @param {string} sandbox
   */
  constructor(plane, sandbox) {
    this.plane = plane;
    this.sandbox = sandbox;
    /** @type {Map<number, Exchange>} */
    this.entries = new Map();
    /** @type {Gap[]} */
    this.gaps = [];
    /** @type {Finding[]} */
    this.findings = [];
    this.highest = 0;
    this.generation = 0; // how often numbers have begun anew
    this.dropped = 0;
    this.limit = Infinity;
    this.opened = 0; // the exchange that was looked at last
    this.isBehind = true;
    this.isWhole = false;
    this.judged = '';
    this.judgeFrom = 0;
    this.isTelling = false;
    this.told = -Infinity; // when the listeners were told last
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  /**
   * Call a function soon after a change, once for however many changes; return the function that ends this.
   *
   * @param {() => void} listener
   */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Take news of the stream.
   *
   * @param {import('./live.js').News} news
   * @param {number} id that of the event
   */
  take(news, id) {
    if (news.kind === 'exchange') {
      this.add([news.entry]);
    } else if (news.kind === 'dropped') {
      this.gaps.push({ after: id, count: news.count });
    } else if (news.kind === 'reset') {
      this.beginAnew();
    } else {
      this.isBehind = true; // it cannot follow: `refresh` reads what is new
    }
    this.tell();
  }

  /** Read what is new, what has been dropped, and the findings. */
  async refresh() {
    if (this.isBehind) {
      await this.load();
    }
    await this.readBounds();
    await this.judge();
  }

  /** Whether the findings are older than the exchanges. */
  get isUnjudged() {
    return this.judged !== this.state();
  }

  /** Read pages of exchanges, newest first, down to those that are known. */
  async load() {
    const { generation, highest } = this;
    const known = this.isWhole ? highest : 0;
    const limit = known > 0 ? NEWS : PAGE;
    this.isWhole = false;
    let until;
    do {
      const { exchanges } = await this.read({ limit, until });
      if (generation !== this.generation) {
        return;
      }
      if (until === undefined && (exchanges[0]?.number ?? highest) < highest) {
        this.beginAnew();
        return;
      }
      this.add(exchanges);
      this.tell();
      until = exchanges.length === limit ? exchanges[limit - 1].number - 1 : 0;
    } while (until > known);
    this.isBehind = false;
    this.isWhole = true;
  }

  /** Forget the exchanges that the server has dropped. */
  async readBounds() {
    const { generation, highest } = this;
    const { exchanges, dropped, limit } = await this.read({ limit: 1, order: 'oldest' });
    if (generation !== this.generation) {
      return;
    }
    this.dropped = dropped;
    this.limit = limit;
    this.forget(exchanges[0]?.number ?? highest + 1);
    this.tell();
  }

  /** Read the findings if there is anything new to judge, and the server has had its rest. */
  async judge() {
    const began = performance.now();
    const state = this.state();
    if (this.judged !== state && began >= this.judgeFrom) {
      this.findings = (await this.plane.get(at`sandboxes/${this.sandbox}/findings`)).findings;
      this.judged = state;
      this.judgeFrom = performance.now() + Math.min(LONGEST_REST, REST * (performance.now() - began));
      this.tell();
    }
  }

  /** Return the findings about each exchange. */
  findingsByExchange() {
    /** @type {Map<number, Finding[]>} */
    const found = new Map();
    for (const finding of this.findings) {
      finding.exchanges.forEach((number) => found.set(number, [...(found.get(number) ?? []), finding]));
    }
    return found;
  }

  /** @param {{limit: number, until?: number, order?: string}} query */
  read(query) {
    return this.plane.get(journalPath(this.sandbox, query));
  }

  /** @param {Exchange[]} exchanges */
  add(exchanges) {
    for (const entry of exchanges) {
      this.entries.set(entry.number, entry);
      this.highest = Math.max(this.highest, entry.number);
    }
    if (this.entries.size > this.limit + SPARE) {
      const numbers = [...this.entries.keys()].sort((a, b) => b - a);
      this.forget(numbers[this.limit - 1]);
    }
  }

  /** @param {number} oldest the first number that is still there */
  forget(oldest) {
    for (const number of this.entries.keys()) {
      if (number < oldest) {
        this.entries.delete(number);
      }
    }
    this.gaps = this.gaps.filter(({ after }) => after >= oldest);
  }

  /** Forget everything: numbers begin anew. */
  beginAnew() {
    this.entries.clear();
    this.gaps = [];
    this.findings = [];
    this.highest = 0;
    this.dropped = 0;
    this.generation += 1;
    this.isBehind = true;
  }

  /** Return a text that is another one when the findings may be others. */
  state() {
    return `${this.generation} ${this.highest} ${this.entries.size} ${this.dropped}`;
  }

  /** Tell the listeners with the next frame, or some frames later if they were told just before. */
  tell() {
    if (this.isTelling) {
      return;
    }
    this.isTelling = true;
    setTimeout(
      () =>
        requestAnimationFrame(() => {
          this.isTelling = false;
          this.told = performance.now();
          this.listeners.forEach((listener) => listener());
        }),
      Math.max(0, this.told + DRAWN - performance.now()),
    );
  }
}
