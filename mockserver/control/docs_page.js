// Swagger UI with both contracts. The keys and identifiers of the sandbox `default` fill its forms. They are read when a
// contract is shown, with the admin token once that has been given: this file and the contracts hold no secret.
let key; // that of the sandbox `default`, as far as it may be read

function Filled({ React }) {
  return {
    components: { Logo: () => React.createElement('strong', null, 'audience-mock') },
    statePlugins: {
      spec: { wrapActions: { updateSpec: (update) => async (text) => update(await filled(text)) } },
      auth: {
        wrapActions: {
          authorize: (authorize, { specActions }) => (given) => {
            authorize(given);
            if (given.adminToken) {
              specActions.download(); // now there is something to fill in
            }
          },
        },
      },
    },
  };
}

async function filled(text) {
  const contract = JSON.parse(text);
  const values = await known();
  for (const parameter of Object.values(contract.components.parameters)) {
    const entries = values[parameter.name] ?? [];
    if (entries.length > 0) {
      delete parameter.example;
      parameter.examples = Object.fromEntries(entries);
    }
  }
  return JSON.stringify(contract);
}

async function known() {
  const [{ keys = [], accountGroups = [] }, { audiences = [] }, { jobs = [] }] = await Promise.all(
    ['', '/audiences', '/jobs'].map(read));
  key = keys.find(({ revoked }) => !revoked)?.key;
  const first = audiences.filter(({ accountGroupId }) => accountGroupId === accountGroups[0]?.id).reverse();
  return {
    key: keys.map((one) => choice(one.key, one.name)),
    accountGroupId: accountGroups.map(({ id, name }) => choice(id, name)),
    audienceId: [
      ...first.filter(({ ready }) => ready).map(({ id, name }) => choice(id, name)),
      ...first.filter(({ ready }) => !ready).map(({ id, name }) => choice(id, `${name}, being populated`)),
    ],
    jobId: jobs.map(({ id, status }) => choice(id, status)),
  };
}

async function read(path) {
  const token = ui.authSelectors.authorized()?.getIn(['adminToken', 'value']);
  const response = await fetch(`sandboxes/default${path}`, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  return response.ok ? response.json() : {};
}

function choice(value, meaning) {
  return [value, { value, summary: `${value}: ${meaning}` }];
}

function useKey() {
  if (key !== undefined && !ui.authSelectors.authorized()?.has('bearer')) {
    ui.preauthorizeApiKey('bearer', key);
  }
}

window.ui = SwaggerUIBundle({
  urls: [
    { url: 'audiences.json', name: "Audiences: the vendor's API" },
    { url: 'openapi.json', name: 'Control plane: /_mock' },
  ],
  dom_id: '#swagger-ui',
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [Filled],
  layout: 'StandaloneLayout',
  deepLinking: true,
  persistAuthorization: true,
  validatorUrl: null,
  onComplete: useKey,
});
