// @ts-check
/** The reader of the panel that is shown: after exchanges, and every two seconds while something moves. */

const SOON = 250; // milliseconds in which exchanges cause one reading
const SHARE = 4; // a long list is read for a fifth of the time at most
const MOVING = 2_000; // milliseconds between readings while something moves

export class Reader {
  /** @param {(error: unknown) => void} report */
  constructor(report) {
    this.report = report;
    /** @type {import('./types.js').Panel | undefined} */
    this.panel = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {Promise<void> | undefined} */
    this.current = undefined;
    /** @type {Promise<void> | undefined} */
    this.waiting = undefined;
    this.lasted = 0; // milliseconds that the last reading took
    this.lastProblem = '';
    setInterval(() => {
      if (!document.hidden && this.panel?.moves?.()) {
        void this.read();
      }
    }, MOVING);
  }

  /**
   * Read this panel from now on.
   *
   * @param {import('./types.js').Panel} panel
   */
  use(panel) {
    this.panel = panel;
    this.current = undefined; // that of the panel before
    this.waiting = undefined;
    this.lastProblem = '';
  }

  /**
   * Pass news of the journal on to the panel; its state is read again soon.
   *
   * @param {import('./live.js').News} news
   */
  take(news) {
    if (news.kind === 'exchange') {
      this.panel?.exchange?.(news.entry);
    } else if (news.kind === 'dropped') {
      this.panel?.dropped?.(news.count);
    } else if (news.kind === 'reset') {
      this.panel?.reset?.();
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (!document.hidden) {
        void this.read();
      }
    }, Math.max(SOON, SHARE * this.lasted));
  }

  /** Read the panel; a reading that is under way is awaited before, for it may be too old. */
  async read() {
    this.waiting ??= this.readNext();
    await this.waiting;
  }

  /** Read the panel as soon as no reading is under way. */
  async readNext() {
    await this.current;
    this.waiting = undefined;
    this.current = this.readPanel();
    await this.current;
  }

  /** Read the panel; report a problem once, not with each reading. */
  async readPanel() {
    const panel = this.panel;
    const start = performance.now();
    try {
      await panel?.refresh?.();
      this.lastProblem = '';
    } catch (error) {
      const text = String(error);
      if (panel === this.panel && text !== this.lastProblem) {
        this.lastProblem = text;
        this.report(error);
      }
    }
    this.lasted = performance.now() - start;
  }
}
