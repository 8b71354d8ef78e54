// A small implementation of the single endpoint, with the provider states of examples/provider-states/express.mjs.
import express from 'express';
import { randomBytes } from 'node:crypto';
import { NotEstablished, providerStates } from './express.mjs';

const fresh = () => randomBytes(12).toString('hex');

class Store {
  keys = new Map(); // token -> { group, permissions, limited, failures }
  audiences = new Map(); // identifier -> { group, job }
  jobs = new Map(); // identifier -> status

  addKey({ permissions, status, accountGroupId = fresh() }) {
    const apiKey = `ak_${fresh()}`;
    if (status === 'active') this.keys.set(apiKey, { group: accountGroupId, permissions, limited: false, failures: 0 });
    return { apiKey, accountGroupId };
  }
  revokeKey({ apiKey }) { this.keys.delete(apiKey); }
  removeKey({ apiKey }) { this.keys.delete(apiKey); }
  addAudience({ apiKey }) {
    const accountGroupId = this.keys.get(apiKey).group, audienceId = fresh();
    this.audiences.set(audienceId, { group: accountGroupId });
    return { accountGroupId, audienceId };
  }
  addPopulated({ apiKey, jobStatus }) {
    const values = this.addAudience({ apiKey }), jobId = fresh();
    this.audiences.get(values.audienceId).job = jobId;
    this.jobs.set(jobId, jobStatus);
    return { ...values, jobId };
  }
  endJob({ jobId, outcome }) { this.jobs.set(jobId, outcome); }
  removeAudience({ audienceId }) { this.audiences.delete(audienceId); }
  change(apiKey, values) { if (this.keys.has(apiKey)) Object.assign(this.keys.get(apiKey), values); }
  limit({ apiKey }) { this.change(apiKey, { limited: true }); }
  endLimit({ apiKey }) { this.change(apiKey, { limited: false }); }
  fail({ apiKey, times }) { this.change(apiKey, { failures: times }); }
  endFailures({ apiKey }) { this.change(apiKey, { failures: 0 }); }
  takeCredits() { throw new NotEstablished('there are no credits'); }
  returnCredits() { throw new NotEstablished('there are no credits'); }
  startRequest() { throw new NotEstablished('there are no jobs'); }
}

const store = new Store();

const refuse = (response, status, code) =>
  response.status(status).json({ success: false, data: null, error: { code, message: code, details: null }, traceId: fresh() });

const app = express();
app.use('/states', providerStates(store));
app.delete('/v1/accounts/:group/audiences/:audience', ({ params, headers }, response) => {
  const [, token] = /^bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  const key = store.keys.get(token), audience = store.audiences.get(params.audience);
  if (!key) return refuse(response, 401, 'UNAUTHORIZED');
  if (key.limited) return refuse(response, 429, 'RATE_LIMITED');
  if (!key.permissions.includes('audiences:write') || params.group !== key.group) return refuse(response, 403, 'FORBIDDEN');
  if (audience?.group !== key.group) return refuse(response, 404, 'NOT_FOUND');
  if (['queued', 'running'].includes(store.jobs.get(audience.job))) return refuse(response, 409, 'AUDIENCE_NOT_READY');
  if (key.failures-- > 0) return refuse(response, 500, 'INTERNAL_ERROR');
  key.failures = 0;
  store.audiences.delete(params.audience);
  return response.json({ success: true, data: { deleted: true }, error: null, traceId: fresh() });
});
app.use((request, response) => refuse(response, 404, 'NOT_FOUND'));
app.use((error, request, response, next) => refuse(response, error.status ?? 500, 'VALIDATION_ERROR'));

const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
