// @ts-check
/** The reader of the panel that is shown: after exchanges, and every two seconds while something moves. */

const SOON = 250; // milliseconds in which exchanges cause one reading
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
    this.reading = undefined;
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
    }, SOON);
  }

  /** Read the panel; a reading that is under way is awaited before, for it may be too old. */
  async read() {
    const earlier = this.reading;
    const mine = (async () => {
      await earlier;
      await this.readPanel();
    })();
    this.reading = mine;
    await mine;
  }

  /** Read the panel; report a problem once, not with each reading. */
  async readPanel() {
    const panel = this.panel;
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
  }
}
