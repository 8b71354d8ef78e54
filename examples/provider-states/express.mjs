// Provider states for the conformance suite, for Express: paste it, and write the methods of `store`.
//
// `app.use('/states', providerStates(store))` belongs into the application that is tested, never into production. A
// method takes the parameters of a state, after its setup the values as well, and returns the values; the tables of
// `docs/provider-states.md` list them. It throws NotEstablished where the state cannot be set up: 501.
import express from 'express';

export class NotEstablished extends Error {}

const ALL = ['audiences:read', 'audiences:write', 'prospects:read', 'prospecting:read', 'prospecting:write'];

// State: setup, teardown, defaults of the parameters. A teardown has to accept that all is gone already.
const STATES = {
  'an API key': ['addKey', 'removeKey', { permissions: ALL, status: 'active' }],
  'the API key is revoked': ['revokeKey'],
  'an audience that is ready': ['addAudience', 'removeAudience', { prospects: 3 }],
  'an audience being populated': ['addPopulated', 'removeAudience', { jobStatus: 'running' }],
  'the prospecting has ended': ['endJob'],
  'the rate limit is exhausted': ['limit', 'endLimit'],
  'the server fails internally': ['fail', 'endFailures', { times: 1 }],
  'the credits are exhausted': ['takeCredits', 'returnCredits'],
  'a prospecting request': ['startRequest', null, { source: 'linkedin_search' }],
};

export const providerStates = (store) =>
  express.Router().post('/', express.json(), async (request, response, next) => {
    const { state, params = {}, action = 'setup' } = request.body;
    try {
      if (!Object.hasOwn(STATES, state)) throw new NotEstablished('there is no such state');
      const [setUp, tearDown, defaults] = STATES[state];
      const method = action === 'teardown' ? tearDown : setUp;
      response.json((method && (await store[method]({ ...defaults, ...params }))) ?? {});
    } catch (error) {
      if (error instanceof NotEstablished) response.status(501).json({ reason: error.message });
      else next(error);
    }
  });
