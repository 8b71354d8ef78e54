// @ts-check
/** The reader of the panel that is shown: after exchanges, and every two seconds while something moves. */

const SOON = 250; // milliseconds in which exchanges cause one reading
const REST = 30; // times as long as a reading took until the next one: 3 % of the server's time
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
    this.ended = 0; // its end
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
    const rest = this.ended + REST * this.lasted - performance.now();
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (!document.hidden) {
        void this.read();
      }
    }, Math.max(SOON, rest));
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
    this.ended = performance.now();
    this.lasted = this.ended - start;
  }
}
