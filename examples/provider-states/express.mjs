// Provider states for the conformance suite, for Express: paste it, and write the methods of `store`.
//
// `app.use('/states', providerStates(store))` belongs into the application that is tested, never into production. A
// method that throws NotEstablished is a state that cannot be established: 501. A method that removes or ends something
// has to accept that it is gone already. The interface is `openapi/provider-states.yaml`.
import express from 'express';

export class NotEstablished extends Error {}

const ALL = ['audiences:read', 'audiences:write', 'prospects:read', 'prospecting:read', 'prospecting:write'];

const SETUP = {
  'an API key': async (store, { permissions = ALL, status = 'active', accountGroupId }) => {
    const group = accountGroupId ?? (await store.addAccountGroup());
    return { apiKey: await store.addKey(group, permissions, status === 'revoked'), accountGroupId: group };
  },
  'the API key is revoked': (store, { apiKey }) => store.revokeKey(apiKey),
  'an audience that is ready': async (store, { apiKey, prospects = 3 }) => {
    const accountGroupId = await store.accountGroupOf(apiKey);
    return { accountGroupId, audienceId: await store.addAudience(accountGroupId, prospects) };
  },
  'an audience being populated': async (store, { apiKey, jobStatus = 'running' }) => {
    const accountGroupId = await store.accountGroupOf(apiKey);
    const { audienceId, jobId } = await store.addPopulatedAudience(accountGroupId, jobStatus); // never ends by itself
    return { accountGroupId, audienceId, jobId };
  },
  'the prospecting has ended': (store, { jobId, outcome }) => store.endJob(jobId, outcome),
  'the rate limit is exhausted': (store, { apiKey }) => store.limit(apiKey, true),
  'the server fails internally': (store, { apiKey, times = 1 }) => store.fail(apiKey, times),
  'the credits are exhausted': (store, { apiKey }) => store.takeCredits(apiKey, true),
  'a prospecting request': async (store, { source = 'linkedin_search' }) => ({ body: await store.startRequest(source) }),
};

// A teardown gets the parameters of the setup, together with its values.
const TEARDOWN = {
  'an API key': (store, { apiKey }) => store.removeKey(apiKey), // with the last key, its account group and all in it
  'an audience that is ready': (store, { audienceId }) => store.removeAudience(audienceId),
  'an audience being populated': (store, { audienceId }) => store.removeAudience(audienceId), // and its job
  'the rate limit is exhausted': (store, { apiKey }) => store.limit(apiKey, false),
  'the server fails internally': (store, { apiKey }) => store.fail(apiKey, 0),
  'the credits are exhausted': (store, { apiKey }) => store.takeCredits(apiKey, false),
};

export const providerStates = (store) =>
  express.Router().post('/', express.json(), async (request, response, next) => {
    const { state, params = {}, action = 'setup' } = request.body;
    const change = (action === 'teardown' ? TEARDOWN : SETUP)[state];
    try {
      if (!(state in SETUP)) throw new NotEstablished(`there is no state '${state}'`);
      response.json((await change?.(store, params)) ?? {});
    } catch (error) {
      if (error instanceof NotEstablished) response.status(501).json({ reason: error.message });
      else next(error);
    }
  });
