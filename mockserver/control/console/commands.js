// @ts-check
/** The commands that send the same request as the console: for a shell, for Python and for JavaScript. */

import { button, element, setText, uniqueId } from './elements.js';

/** @typedef {{method: string, url: string, body?: unknown, key?: string, needsToken: boolean}} Sent */

const VARIABLE = 'AUDIENCE_MOCK_ADMIN_TOKEN';
const TABS = /** @type {const} */ ([['curl', 'curl'], ['python', 'Python'], ['javascript', 'JavaScript']]);

/**
 * Return the commands of a request. The admin token is never in them: they read it from the environment.
 *
 * @param {Sent} request
 */
export function commandLines(request) {
  return { curl: curl(request), python: python(request), javascript: javascript(request) };
}

/**
 * Return a disclosure with the commands of a request, which are made when it is opened or `renew` is called.
 *
 * @param {import('./control_plane.js').ControlPlane} plane
 * @param {() => import('./types.js').PlannedRequest} request
 * @param {string} [label]
 * @returns {{node: HTMLDetailsElement, renew: () => void}}
 */
export function commandsFor(plane, request, label = 'As a command') {
  const code = element('code');
  const copied = element('span', { role: 'status' });
  let chosen = /** @type {'curl' | 'python' | 'javascript'} */ ('curl');
  const group = uniqueId('language');
  const choices = TABS.map(([name, title]) => {
    const choose = () => {
      chosen = name;
      renew();
    };
    const id = `${group}-${name}`;
    const input = element('input', { type: 'radio', name: group, id, checked: name === chosen, onchange: choose });
    return element('span', { class: 'tab' }, input, element('label', { for: id }, title));
  });
  const copy = async () => {
    await navigator.clipboard.writeText(code.textContent ?? '');
    setText(copied, 'Copied.');
  };
  const node = element(
    'details',
    { class: 'commands', ontoggle: () => renew() },
    element('summary', {}, label),
    element('fieldset', { class: 'tabs' }, element('legend', { class: 'unseen' }, 'Language'), ...choices),
    element('pre', { tabindex: 0, role: 'region', 'aria-label': 'Command' }, code),
    element('p', { class: 'actions' }, button('Copy', copy), copied),
  );
  /** Make the commands anew if they can be seen. */
  function renew() {
    setText(copied, '');
    if (node.open) {
      setText(code, text());
    }
  }
  /** Return the command, or what is missing for one. */
  function text() {
    try {
      const planned = request();
      const sent = { ...planned, url: plane.url(planned), needsToken: plane.needsToken && planned.key === undefined };
      return commandLines(sent)[chosen];
    } catch (error) {
      return `# ${error instanceof Error ? error.message : error}`;
    }
  }
  return { node, renew };
}

/** @param {Sent} request */
function curl({ method, url, body, key, needsToken }) {
  const words = ['curl -s'];
  if (method !== 'GET') {
    words.push(`-X ${method}`);
  }
  if (needsToken) {
    words.push(`-H "Authorization: Bearer $${VARIABLE}"`);
  }
  if (key !== undefined) {
    words.push(`-H ${shellQuoted(`Authorization: Bearer ${key}`)}`);
  }
  if (body !== undefined) {
    words.push("-H 'Content-Type: application/json'", `-d ${shellQuoted(JSON.stringify(body))}`);
  }
  return [...words, shellQuoted(url)].join(' ');
}

/** @param {Sent} request */
function python({ method, url, body, key, needsToken }) {
  const headers = key !== undefined ? pythonText(`Bearer ${key}`) : needsToken && `f"Bearer {os.environ['${VARIABLE}']}"`;
  const lines = [
    ...(needsToken ? ['import os', ''] : []),
    'import httpx',
    '',
    'response = httpx.request(',
    `    "${method}",`,
    `    ${pythonText(url)},`,
    ...(headers ? [`    headers={"Authorization": ${headers}},`] : []),
    ...(body === undefined ? [] : [`    json=${pythonLiteral(body)},`]),
    ')',
    'print(response.status_code, response.text)',
  ];
  return lines.join('\n');
}

/** @param {Sent} request */
function javascript({ method, url, body, key, needsToken }) {
  const headers = [
    ...(needsToken ? [`Authorization: \`Bearer \${process.env.${VARIABLE}}\``] : []),
    ...(key === undefined ? [] : [`Authorization: ${JSON.stringify(`Bearer ${key}`)}`]),
    ...(body === undefined ? [] : ["'Content-Type': 'application/json'"]),
  ];
  const lines = [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    `  method: '${method}',`,
    ...(headers.length > 0 ? [`  headers: { ${headers.join(', ')} },`] : []),
    ...(body === undefined ? [] : [`  body: JSON.stringify(${javascriptLiteral(body)}),`]),
    '});',
    'console.log(response.status, await response.text());',
  ];
  return lines.join('\n');
}

/** @param {string} text */
function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {unknown} value */
function javascriptLiteral(value) {
  // A member `__proto__` of a literal would set the prototype.
  const json = JSON.stringify(value);
  return json.includes('"__proto__"') ? `JSON.parse(${JSON.stringify(json)})` : json;
}

/** @param {string} text the escapes of JSON are escapes of Python, too */
function pythonText(text) {
  return JSON.stringify(text);
}

/**
 * @param {unknown} value a JSON document
 * @returns {string}
 */
function pythonLiteral(value) {
  if (Array.isArray(value)) {
    return `[${value.map(pythonLiteral).join(', ')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${pythonText(name)}: ${pythonLiteral(member)}`).join(', ')}}`;
  }
  const words = new Map([['true', 'True'], ['false', 'False'], ['null', 'None']]);
  const json = JSON.stringify(value);
  return words.get(json) ?? json;
}
