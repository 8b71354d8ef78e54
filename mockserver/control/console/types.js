// @ts-check
/**
 * The types that modules of the console share. Those of the control plane come from its contract, by openapi-typescript.
 *
 * @typedef {import('./control_api').components['schemas']} Schemas
 * @typedef {Schemas['Sandbox']} Sandbox
 * @typedef {Schemas['SandboxSummary']} SandboxSummary
 * @typedef {Schemas['Audience']} Audience
 * @typedef {Schemas['Job']} Job
 * @typedef {Schemas['Key']} Key
 * @typedef {Schemas['ExchangeSummary']} Exchange
 * @typedef {Schemas['Snapshot']} Snapshot
 *
 * @typedef {'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} Method
 *
 * A request of the control plane, or of the vendor's API where it has a key.
 * @typedef {object} PlannedRequest
 * @property {Method} method
 * @property {import('./control_plane.js').Path} path
 * @property {unknown} [body] the JSON document to send; none for no body
 * @property {string} [key] the API key, for a request of the vendor's API
 *
 * @typedef {(text: string, kind?: 'done' | 'problem') => void} Notice
 *
 * What a panel is given.
 * @typedef {object} Context
 * @property {import('./control_plane.js').ControlPlane} plane
 * @property {string} sandbox the id of the sandbox that is shown
 * @property {string[]} route the segments of the address behind the panel, as in `#/<sandbox>/<panel>/<rest>`
 * @property {import('./live.js').Live} live
 * @property {Notice} notice
 * @property {() => Promise<void>} refresh reads the panel and the list of sandboxes again
 * @property {(panel: string, ...rest: string[]) => string} address the `href` of a panel of this sandbox
 *
 * What a panel returns.
 * @typedef {object} Panel
 * @property {HTMLElement} node
 * @property {() => Promise<void> | void} [refresh] reads the state again, and updates the node in place
 * @property {() => boolean} [moves] whether something changes by itself, so that `refresh` is called every two seconds
 * @property {(entry: Exchange) => void} [exchange] takes a new exchange of the journal
 * @property {(count: number) => void} [dropped] takes the number of exchanges that the journal dropped before their turn
 * @property {() => void} [reset] is called when numbers of exchanges begin anew
 * @property {() => void} [close] releases what the panel holds
 *
 * @typedef {{title: string, show: (context: Context) => Panel | Promise<Panel>}} PanelModule
 */
export {};
