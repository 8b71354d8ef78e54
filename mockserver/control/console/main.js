// @ts-check
/** The start of the console: the header, and the panel that the address names. */

import { at, ControlPlane } from './control_plane.js';
import { askForToken, notices } from './dialogs.js';
import { element, link, setOptions, setText } from './elements.js';
import { Live } from './live.js';
import { Reader } from './reader.js';
import { PANELS } from './registry.js';
import { address, parsedAddress } from './routes.js';

const DEFAULTS = { sandbox: 'default', panel: PANELS[0].name };

const main = /** @type {HTMLElement} */ (document.getElementById('panel'));
const nav = /** @type {HTMLElement} */ (document.getElementById('panels'));
const status = /** @type {HTMLElement} */ (document.getElementById('status'));
const chooser = /** @type {HTMLSelectElement} */ (document.getElementById('sandbox'));
const notice = notices(/** @type {HTMLElement} */ (document.getElementById('notices')));

const plane = new ControlPlane({ askForToken });
const reader = new Reader((error) => notice(error instanceof Error ? error.message : String(error), 'problem'));

/** The console: one panel of one sandbox, and the follower of its journal. */
class Console {
  constructor() {
    /** @type {import('./types.js').Panel | undefined} */
    this.panel = undefined;
    this.live = new Live({ plane, sandbox: '', status: () => undefined });
    this.shows = 0;
    this.links = PANELS.map(({ name, title }) => ({ name, node: link(address(DEFAULTS.sandbox, name), title) }));
    nav.append(element('ul', {}, ...this.links.map(({ node }) => element('li', {}, node))));
  }

  /** Show the panel that the address names. */
  async show() {
    const route = parsedAddress(location.hash, DEFAULTS);
    this.shows += 1;
    const turn = this.shows;
    const entry = PANELS.find(({ name }) => name === route.panel) ?? PANELS[0];
    this.mark(route.sandbox, entry.name);
    this.follow(route.sandbox);
    try {
      const module = await entry.load();
      const context = this.context(route);
      const panel = await module.show(context);
      if (turn !== this.shows) {
        panel.close?.();
        return;
      }
      this.replace(panel, { title: module.title, about: entry.about }, route.sandbox);
    } catch (error) {
      if (turn === this.shows) {
        const text = error instanceof Error ? error.message : String(error);
        const node = element('p', { class: 'problem' }, text);
        this.replace({ node }, entry, route.sandbox);
      }
    }
    await this.refresh();
    if (turn === this.shows) {
      main.removeAttribute('aria-busy');
    }
  }

  /**
   * Put a panel in place of the one before; whoever has followed a link is led to it.
   *
   * @param {import('./types.js').Panel} panel
   * @param {{title: string, about: string}} entry
   * @param {string} sandbox
   */
  replace(panel, { title, about }, sandbox) {
    const isFirst = this.panel === undefined;
    this.panel?.close?.();
    this.panel = panel;
    reader.use(panel);
    main.replaceChildren(element('h1', {}, title), element('p', { class: 'lead' }, about), panel.node);
    main.setAttribute('aria-busy', 'true'); // until it has been read
    document.title = `${title} of ${sandbox}: audience-mock`;
    if (!isFirst) {
      main.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }

  /**
   * Return what a panel is given.
   *
   * @param {{sandbox: string, rest: string[]}} route
   * @returns {import('./types.js').Context}
   */
  context({ sandbox, rest }) {
    return {
      plane,
      sandbox,
      route: rest,
      live: this.live,
      notice,
      refresh: () => this.refresh(),
      address: (panel, ...more) => address(sandbox, panel, ...more),
    };
  }

  /** Read the panel and the list of sandboxes. */
  async refresh() {
    await Promise.all([reader.read(), this.listSandboxes()]);
  }

  /** Bring the selector of the sandbox up to date. */
  async listSandboxes() {
    try {
      const { sandboxes } = await plane.get(at`sandboxes`);
      const known = sandboxes.map((/** @type {import('./types.js').SandboxSummary} */ { id, name }) => ({
        value: id,
        text: name && name !== id ? `${name} (${id})` : id,
      }));
      const { sandbox } = parsedAddress(location.hash, DEFAULTS);
      const isThere = sandboxes.some((/** @type {{id: string}} */ { id }) => id === sandbox);
      setOptions(chooser, isThere ? known : [...known, { value: sandbox, text: `${sandbox} (is not there)` }]);
      chooser.value = sandbox;
    } catch {
      // The panel has met the same error, and shows it.
    }
  }

  /**
   * Mark the panel in the navigation, whose links lead to the panels of the same sandbox.
   *
   * @param {string} sandbox
   * @param {string} panel
   */
  mark(sandbox, panel) {
    for (const { name, node } of this.links) {
      node.href = address(sandbox, name);
      if (name === panel) {
        node.setAttribute('aria-current', 'page');
      } else {
        node.removeAttribute('aria-current');
      }
    }
  }

  /**
   * Follow the journal of a sandbox in place of that of another one.
   *
   * @param {string} sandbox
   */
  follow(sandbox) {
    if (this.live.sandbox === sandbox) {
      return;
    }
    this.live.stop();
    this.live = new Live({ plane, sandbox, status: (text) => setText(status, text) });
    this.live.subscribe((news) => reader.take(news));
    void this.live.start();
  }
}

const shown = new Console();
addEventListener('hashchange', () => void shown.show());
chooser.addEventListener('change', () => {
  const { panel } = parsedAddress(location.hash, DEFAULTS);
  location.hash = address(chooser.value, panel);
});
document.addEventListener('visibilitychange', () => document.hidden || void shown.refresh());
await shown.show();
