// @ts-check
/** The dialogs of the page and its notices: native `<dialog>` elements, and a live region. */

import { button, element, field, setText, uniqueId } from './elements.js';
import { visible } from './texts.js';

/**
 * Show a dialog; return when it is closed, with true if its form was submitted. Where `act` returns a problem, the dialog
 * shows it and stays, with all that was typed.
 *
 * @param {string} title
 * @param {Array<import('./elements.js').Child>} children
 * @param {{confirm?: string, cancel?: string, danger?: boolean, act?: () => Promise<string | undefined>}} [options]
 *   without `confirm` there is only a button to close it
 * @returns {Promise<boolean>}
 */
export function dialog(title, children, { confirm, cancel = confirm === undefined ? 'Close' : 'Cancel', danger, act } = {}) {
  const problem = element('p', { class: 'problem', role: 'alert' });
  const id = uniqueId('dialog');
  /** @type {HTMLDialogElement} */
  const node = element(
    'dialog',
    { 'aria-labelledby': id },
    element(
      'form',
      { method: 'dialog', onsubmit: submit },
      element('h2', { id }, title),
      ...children,
      problem,
      element(
        'p',
        { class: 'actions' },
        confirm !== undefined && element('button', { type: 'submit', class: danger ? 'danger' : 'main' }, confirm),
        button(cancel, () => {
          node.close('');
        }),
      ),
    ),
  );
  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault(); // the policy of the page allows no form to be sent, not even to a dialog
    const text = await act?.();
    if (text === undefined) {
      node.close('confirmed');
    } else {
      setText(problem, text);
    }
  }
  const opener = document.activeElement;
  document.body.append(node);
  node.showModal();
  return new Promise((resolve) => {
    node.addEventListener('close', () => {
      node.remove();
      const place = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById('panel');
      place?.focus();
      resolve(node.returnValue === 'confirmed');
    });
  });
}

/**
 * Ask whether to do what loses data.
 *
 * @param {string} title
 * @param {string} text
 * @param {string} label the name of the button that does it
 */
export function confirm(title, text, label) {
  return dialog(title, [element('p', {}, text)], { confirm: label, danger: true });
}

/**
 * Ask for the admin token; return undefined if it is not given.
 *
 * @param {boolean} again whether one was given that the server refused
 * @returns {Promise<string | undefined>}
 */
export async function askForToken(again) {
  const input = element('input', { type: 'password', autocomplete: 'off', required: true });
  const text = again ? 'The server refused this token.' : 'The server printed it when it started. It is kept for this tab.';
  const given = await dialog('Admin token', [element('p', {}, text), field('Admin token', input)], { confirm: 'Use it' });
  return given ? input.value.trim() : undefined;
}

/**
 * Return the function that shows a notice: what was done for some seconds, a problem until it is closed.
 *
 * @param {HTMLElement} region
 * @returns {import('./types.js').Notice}
 */
export function notices(region) {
  return (text, kind = 'done') => {
    const close = () => {
      node.remove();
    };
    /** @type {HTMLElement} */
    const node = element('div', { class: `notice ${kind}` }, element('p', {}, text), button('Close', close));
    const earlier = [...region.children].filter((other) => other.firstElementChild?.textContent === visible(text));
    earlier.forEach((other) => other.remove());
    region.append(node);
    if (kind === 'done') {
      setTimeout(close, 6_000);
    }
  };
}
