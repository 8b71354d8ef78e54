// @ts-check
/** The texts of targets and clients, made fit to be read: they stay texts, and their hidden characters can be seen. */

const HIDDEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g;

/**
 * Return a text with an escape for each character that has no picture, or that would turn the direction of others.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(HIDDEN, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

/**
 * Return a JSON text with a line for each member; undefined for any other text. Numbers and repeated names stay as they are
 * written, which a parsed document would lose.
 *
 * @param {string} text
 */
export function indented(text) {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let depth = 0;
  let result = '';
  let before = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const isEnd = token === '}' || token === ']';
    depth -= isEnd ? 1 : 0;
    const isEmpty = isEnd && (before === '{' || before === '[');
    if ((isEnd && !isEmpty) || (!isEnd && ['{', '[', ','].includes(before))) {
      result += `\n${'  '.repeat(depth)}`;
    }
    result += token === ':' ? ': ' : token;
    depth += token === '{' || token === '[' ? 1 : 0;
    before = token;
  }
  return result;
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
