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
 * @property {(result: any) => unknown} [then] what to do with the response
 */

/**
 * Do an action; report its error in a notice, and read the panel again. Return whether it was done.
 *
 * @param {import('./types.js').Context} context
 * @param {Action} action
 */
export async function perform(context, { label, request, done, loses, then }) {
  if (loses !== undefined && !(await confirm(loses.title, loses.text, label))) {
    return false;
  }
  try {
    const result = await context.plane.send(request());
    context.notice(done ?? `${label}: done.`);
    await then?.(result);
    return true;
  } catch (error) {
    context.notice(`${label}: ${error instanceof Error ? error.message : error}`, 'problem');
    return false;
  } finally {
    await context.refresh();
  }
}

/**
 * Return buttons for the actions on one thing, and a button that shows them as commands.
 *
 * @param {import('./types.js').Context} context
 * @param {string} subject the name of the thing, for a screen reader: all rows have the same buttons
 * @param {() => Action[]} actions read anew for each click, by their labels
 */
export function actionButtons(context, subject, actions) {
  const buttons = actions().map(({ label, loses }) => {
    const act = () => {
      const action = actions().find((other) => other.label === label);
      return action && perform(context, action);
    };
    return button(label, act, { 'aria-label': `${label}: ${subject}`, class: loses ? 'danger' : null });
  });
  const show = () => {
    const all = actions().map(({ label, request }) => commandsFor(context.plane, request, label).node);
    return dialog(`As commands: ${subject}`, all);
  };
  const commands = button('Commands', show, { 'aria-label': `Commands: ${subject}`, 'aria-haspopup': 'dialog' });
  return element('span', { class: 'buttons' }, ...buttons, commands);
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
  node.addEventListener('input', () => safely(commands.renew));
  return element('div', { class: 'form' }, node, commands.node);
}

/** @param {() => void} renew a form that is not filled in yet has no command */
function safely(renew) {
  try {
    renew();
  } catch {
    // The submission says what is wrong.
  }
}
