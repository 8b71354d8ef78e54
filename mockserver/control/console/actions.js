// @ts-check
/** The actions of the console: a request to send, a question where it loses data, and the commands that do the same. */

import { commandsFor } from './commands.js';
import { confirm, dialog } from './dialogs.js';
import { button, element, form } from './elements.js';

/**
 * An action. `request` may throw an `Error`, whose message is shown.
 * @typedef {object} Action
 * @property {string} label
 * @property {() => import('./types.js').PlannedRequest} request
 * @property {string} [done] the notice afterwards
 * @property {{title: string, text: string}} [loses] the question to ask before, where data is lost
 * @property {Array<import('./elements.js').Child>} [fields] the fields to fill in before, in a dialog
 * @property {(result: any) => unknown} [then] what to do with the response
 */

/** @type {WeakMap<Node, () => void>} */
const renewals = new WeakMap();

/**
 * Do an action, having asked what there is to ask; report its error, and read the panel again. Return whether it was done.
 *
 * @param {import('./types.js').Context} context
 * @param {Action} action
 * @param {string} [subject] the thing that the action is on
 */
export async function perform(context, action, subject) {
  if (action.fields !== undefined) {
    return filledIn(context, action, action.fields, subject);
  }
  const { label, loses } = action;
  if (loses !== undefined && !(await confirm(loses.title, loses.text, label))) {
    return false;
  }
  const problem = await send(context, action);
  if (problem !== undefined) {
    context.notice(`${label}: ${problem}`, 'problem');
  }
  return problem === undefined;
}

/**
 * Return buttons for the actions on one thing, and a button that shows them as commands. `renewButtons` brings them up to
 * date where other actions are possible by now.
 *
 * @param {import('./types.js').Context} context
 * @param {string} subject the name of the thing, for a screen reader: all rows have the same buttons
 * @param {() => Action[]} actions read anew for each click, by their labels
 */
export function actionButtons(context, subject, actions) {
  /** @type {Map<string, HTMLButtonElement>} */
  const made = new Map();
  const show = () => dialog(`As commands: ${subject}`, actions().filter(isPlain).map((action) => commandsOf(context, action)));
  const commands = button('Commands', show, { 'aria-label': `Commands: ${subject}`, 'aria-haspopup': 'dialog' });
  const node = element('span', { class: 'buttons' });
  let labels = '';
  const renew = () => {
    const now = actions();
    if (labels === JSON.stringify(now.map(({ label }) => label))) {
      return;
    }
    labels = JSON.stringify(now.map(({ label }) => label));
    const focused = document.activeElement;
    const buttons = now.map((action) => made.get(action.label) ?? actionButton(context, subject, action, actions));
    now.forEach(({ label }, index) => made.set(label, buttons[index]));
    node.replaceChildren(...buttons, ...(now.some(isPlain) ? [commands] : []));
    if (focused instanceof HTMLElement && node.contains(focused)) {
      focused.focus();
    }
  };
  renew();
  renewals.set(node, renew);
  return node;
}

/**
 * Bring buttons that `actionButtons` has made up to date.
 *
 * @param {Node} node
 */
export function renewButtons(node) {
  renewals.get(node)?.();
}

/**
 * Return a form for an action, with the commands that do the same as the form is filled in.
 *
 * @param {import('./types.js').Context} context
 * @param {Action} action
 * @param {...import('./elements.js').Child} children
 */
export function actionForm(context, action, ...children) {
  const commands = commandsFor(context.plane, action.request);
  const node = form(action.label, () => perform(context, action), ...children);
  node.addEventListener('input', commands.renew);
  return element('div', { class: 'form' }, node, commands.node);
}

/**
 * @param {import('./types.js').Context} context
 * @param {string} subject
 * @param {Action} action
 * @param {() => Action[]} actions
 */
function actionButton(context, subject, { label, loses, fields }, actions) {
  const act = () => {
    const action = actions().find((other) => other.label === label);
    return action && perform(context, action, subject);
  };
  const popup = loses || fields ? 'dialog' : null;
  return button(label, act, {
    'aria-label': `${label}: ${subject}`,
    'aria-haspopup': popup,
    class: loses ? 'danger' : null,
  });
}

/**
 * Show the fields of an action in a dialog, which stays open until the action is done or given up.
 *
 * @param {import('./types.js').Context} context
 * @param {Action} action
 * @param {Array<import('./elements.js').Child>} fields
 * @param {string} [subject]
 */
function filledIn(context, action, fields, subject) {
  const commands = commandsFor(context.plane, action.request);
  const node = element('div', { oninput: commands.renew }, ...fields, commands.node);
  const title = subject === undefined ? action.label : `${action.label}: ${subject}`;
  return dialog(title, [node], { confirm: action.label, act: () => send(context, action) });
}

/**
 * Send the request of an action, and read the panel again. Return the problem, if there is one.
 *
 * @param {import('./types.js').Context} context
 * @param {Action} action
 * @returns {Promise<string | undefined>}
 */
async function send(context, { label, request, done, then }) {
  try {
    const result = await context.plane.send(request());
    context.notice(done ?? `${label}: done.`);
    await then?.(result);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await context.refresh();
  }
}

/** @param {Action} action */
function isPlain({ fields }) {
  return fields === undefined;
}

/**
 * @param {import('./types.js').Context} context
 * @param {Action} action
 */
function commandsOf(context, { label, request }) {
  return commandsFor(context.plane, request, label).node;
}
