// @ts-check
/** The form of the pace of the next jobs: only the fields that the chosen pace and outcome use are shown and sent. */

import { actionForm } from './actions.js';
import { at } from './control_plane.js';
import { element, field, section, select, setText } from './elements.js';

/** @typedef {import('./types.js').Schemas['JobPace']} JobPace */

const PACES = [
  { value: 'time', text: 'By time' },
  { value: 'polls', text: 'By readings of their status' },
  { value: 'manual', text: 'By hand' },
  { value: 'immediate', text: 'At once' },
];

/** The pace that holds, and the form that sets another one. */
export class PaceForm {
  /** @param {import('./types.js').Context} context */
  constructor(context) {
    this.context = context;
    this.isTouched = false;
    this.now = element('p');
    this.pace = select(PACES);
    this.seconds = number({ min: 0, max: 31_536_000, step: 0.001, required: true });
    this.polls = number({ min: 1, max: 1_000_000, required: true });
    this.status = select(['queued', 'running']);
    this.outcome = select(['completed', 'failed', 'cancelled']);
    this.stage = select(['import', 'enrichment']);
    this.percent = number({ min: 0, max: 99, step: 'any', required: true });
    this.parts = {
      seconds: field('Seconds from start to end', this.seconds, 'The first fifth of the time is spent queued.'),
      polls: field('Number of readings', this.polls, "The reading, by the vendor's API, that finds a job ended."),
      status: field('Status until they are moved', this.status),
      stage: field('Stage in which they end', this.stage),
      percent: field('Percent of that stage', this.percent, 'What was imported by then stays in the audience, and is paid for.'),
    };
    this.node = section('Pace of the next jobs', this.now, this.form());
    this.fit();
  }

  /** Return the form. */
  form() {
    const { sandbox } = this.context;
    /** @type {import('./actions.js').Action} */
    const action = {
      label: 'Set the pace',
      request: () => ({ method: 'PUT', path: at`sandboxes/${sandbox}/job-pace`, body: this.body() }),
      done: 'The next jobs have this pace. Those that have been started keep theirs.',
      then: () => {
        this.isTouched = false;
      },
    };
    const { seconds, polls, status, stage, percent } = this.parts;
    const fields = [field('Moved', this.pace), seconds, polls, status, field('Outcome', this.outcome), stage, percent];
    const node = actionForm(this.context, action, ...fields);
    node.addEventListener('input', () => {
      this.isTouched = true;
      this.fit();
    });
    return node;
  }

  /** Return the members of the pace that the chosen values use. */
  body() {
    const pace = this.pace.value;
    const outcome = this.outcome.value;
    return {
      pace,
      ...(pace === 'time' ? { durationMs: Math.round(Number(this.seconds.value) * 1_000) } : {}),
      ...(pace === 'polls' ? { polls: Number(this.polls.value) } : {}),
      ...(pace === 'manual' ? { status: this.status.value } : {}),
      outcome,
      ...(outcome === 'completed' ? {} : { stage: this.stage.value, share: share(this.percent.value) }),
    };
  }

  /** Show the fields that the chosen pace and outcome use; a hidden one is disabled, so that it is not checked. */
  fit() {
    const pace = this.pace.value;
    const isCut = this.outcome.value !== 'completed';
    use(this.parts.seconds, this.seconds, pace === 'time');
    use(this.parts.polls, this.polls, pace === 'polls');
    use(this.parts.status, this.status, pace === 'manual');
    use(this.parts.stage, this.stage, isCut);
    use(this.parts.percent, this.percent, isCut);
  }

  /** Read the pace; the form shows it until somebody changes the form. */
  async refresh() {
    const { plane, sandbox } = this.context;
    /** @type {JobPace} */
    const holding = await plane.get(at`sandboxes/${sandbox}/job-pace`);
    setText(this.now, described(holding));
    if (!this.isTouched) {
      this.pace.value = holding.pace;
      this.seconds.value = String(holding.durationMs / 1_000);
      this.polls.value = String(holding.polls);
      this.status.value = holding.status;
      this.outcome.value = holding.outcome;
      this.stage.value = holding.stage;
      this.percent.value = String(Number((holding.share * 100).toFixed(6)));
      this.fit();
    }
  }
}

/** @param {JobPace} holding */
function described({ pace, durationMs, polls, status, outcome, stage, share }) {
  const texts = {
    time: `Jobs move by time, and end after ${durationMs / 1_000} s`,
    polls: `Jobs move by readings of their status, and number ${polls} finds them ended`,
    manual: `Jobs are ${status} until they are moved by hand`,
    immediate: 'Jobs end at once',
  };
  const where = outcome === 'completed' ? '' : `, in the stage ${stage}, at ${Number((share * 100).toFixed(2))} % of it`;
  return `${texts[pace]}. Their outcome: ${outcome}${where}.`;
}

/** @param {string} percent */
function share(percent) {
  return Number((Number(percent) / 100).toFixed(8));
}

/** @param {import('./elements.js').Attributes} attributes */
function number(attributes) {
  return element('input', { type: 'number', ...attributes });
}

/**
 * @param {HTMLElement} node
 * @param {HTMLInputElement | HTMLSelectElement} input
 * @param {boolean} isUsed
 */
function use(node, input, isUsed) {
  node.hidden = !isUsed;
  input.disabled = !isUsed;
}
