// @ts-check
/** The field of a seed document, which is pasted or read from a file; and the download of a document. */

import { element, field } from './elements.js';

/**
 * Return the fields of a seed document, and the function that returns its text.
 *
 * @param {string} hint
 */
export function seedFields(hint) {
  const text = element('textarea', { spellcheck: 'false' });
  const file = element('input', { type: 'file', accept: '.json,.yaml,.yml' });
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    if (chosen !== undefined) {
      text.value = await chosen.text();
      text.dispatchEvent(new Event('input', { bubbles: true }));
    }
  });
  const fields = element('div', {}, field('Seed document', text, hint), field('From a file', file));
  return { node: fields, text: () => text.value };
}

/**
 * Let the browser save a JSON document.
 *
 * @param {string} name the name of the file
 * @param {unknown} content
 */
export function download(name, content) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }));
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // not before the browser has read it
}
