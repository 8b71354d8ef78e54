// A small implementation of the single endpoint, with the provider states of examples/provider-states/express.mjs.
import express from 'express';
import { randomBytes } from 'node:crypto';
import { NotEstablished, providerStates } from './express.mjs';

const fresh = () => randomBytes(12).toString('hex');

class Store {
  keys = new Map(); // token -> { group, permissions, limited, failures }
  audiences = new Map(); // identifier -> { group, job }
  jobs = new Map(); // identifier -> status

  addAccountGroup() { return fresh(); }
  addKey(group, permissions, revoked) {
    const token = `ak_${fresh()}`;
    if (!revoked) this.keys.set(token, { group, permissions, limited: false, failures: 0 });
    return token;
  }
  revokeKey(token) { this.keys.delete(token); }
  removeKey(token) { this.keys.delete(token); }
  accountGroupOf(token) { return this.keys.get(token).group; }
  addAudience(group) {
    const audience = fresh();
    this.audiences.set(audience, { group });
    return audience;
  }
  addPopulatedAudience(group, status) {
    const audienceId = this.addAudience(group), jobId = fresh();
    this.audiences.get(audienceId).job = jobId;
    this.jobs.set(jobId, status);
    return { audienceId, jobId };
  }
  endJob(job, outcome) { this.jobs.set(job, outcome); }
  removeAudience(audience) { this.audiences.delete(audience); }
  limit(token, limited) { if (this.keys.has(token)) this.keys.get(token).limited = limited; }
  fail(token, failures) { if (this.keys.has(token)) this.keys.get(token).failures = failures; }
  takeCredits() { throw new NotEstablished('there are no credits'); }
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
