// openapi-backend on node's own HTTP server, with handlers that keep state and refuse as our server does.
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { OpenAPIBackend } from 'openapi-backend';

const RESET = '/_mock/sandboxes/default/reset';
const { values } = parseArgs({
  options: { contract: { type: 'string' }, port: { type: 'string' }, 'seed-file': { type: 'string' } },
});
const seed = JSON.parse(values['seed-file'] ? readFileSync(values['seed-file']) : '{"keys": [], "accountGroups": []}');
const prefix = randomBytes(7).toString('hex');
const keys = new Map();
const groups = new Map();
const jobs = new Map();
let traces = 0;

const audienceOf = (id, { name, type = 'on_demand', description = null }) => ({
  id, name, type, description, folderId: null, prospectCount: 0, createdAt: new Date().toISOString(),
});

const reset = () => {
  [keys, groups, jobs].forEach((map) => map.clear());
  for (const { id, audiences } of seed.accountGroups) {
    groups.set(id, new Map(audiences.map((audience) => [audience.id, audienceOf(audience.id, audience)])));
    for (const { id: populated, job } of audiences) {
      if (job) jobs.set(populated, { id: randomBytes(12).toString('hex'), status: job.status });
    }
  }
  for (const { key, permissions, accountGroupIds = [...groups.keys()], revoked = false, expiresAt } of seed.keys) {
    const until = expiresAt ? Date.parse(expiresAt) : null;
    keys.set(key, { permissions: permissions && new Set(permissions), groups: new Set(accountGroupIds), revoked, until });
  }
};

const send = (response, status, body) => {
  const content = JSON.stringify({ ...body, traceId: prefix + (traces++).toString(16).padStart(10, '0') });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) });
  response.end(content);
};
const succeed = (response, data, status = 200) => send(response, status, { success: true, data, error: null });
const refuse = (response, status, code, problem, hint, details) => send(response, status, {
  success: false, data: null, error: { code, message: `${problem} ${hint}`, details: { ...details, hint } },
});

const keyOf = (headers) => {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const key = keys.get(token);
  return !key || key.revoked || (key.until !== null && Date.now() >= key.until) ? null : key;
};
const unauthorized = (context, _request, response) => {
  const key = keyOf(context.request.headers);
  if (!key) {
    const problem = 'Invalid or missing API key: no sandbox of this server knows the key.';
    const hint = 'Use one that the server has printed at its start, or one of a sandbox that POST /_mock/sandboxes has '
      + 'made, and that has neither been deleted nor expired for want of use.';
    return refuse(response, 401, 'UNAUTHORIZED', problem, hint, { rule: 'api-key' });
  }
  const required = context.operation['x-required-permission'];
  const held = [...key.permissions].sort();
  const problem = `Missing required permission ${required}: this key holds ${held.join(', ')}.`;
  const details = { rule: 'permission', required, held };
  return refuse(response, 403, 'FORBIDDEN', problem, `Use a key that holds ${required}.`, details);
};

// Returns the audiences of the account group if the key has access to it; otherwise it refuses.
const audiencesFor = (context, response) => {
  const { accountGroupId } = context.request.params;
  if (context.security.bearer.groups.has(accountGroupId)) return groups.get(accountGroupId);
  const problem = `This key has no access to account group ${accountGroupId}.`;
  const details = { rule: 'account-group', accountGroupId };
  refuse(response, 403, 'FORBIDDEN', problem, 'Use a key of that account group.', details);
  return null;
};
// Calls `act` with the audience, unless it is unknown or an active job populates it.
const whenReady = (act) => (context, _request, response) => {
  const audiences = audiencesFor(context, response);
  if (!audiences) return;
  const { accountGroupId, audienceId } = context.request.params;
  const audience = audiences.get(audienceId);
  const job = jobs.get(audienceId);
  if (!audience) {
    const problem = `Resource not found: there is no audience ${audienceId} in this account group (any more).`;
    const hint = 'List what there is, and use an identifier from there.';
    refuse(response, 404, 'NOT_FOUND', problem, hint, { rule: 'resource', resource: 'audience', id: audienceId });
  } else if (job) {
    const cancel = `POST /v1/accounts/${accountGroupId}/prospecting/${job.id}/cancel`;
    const end = `POST /_mock/sandboxes/default/jobs/${job.id}/end`;
    const problem = `Audience ${audienceId} is still being populated by prospecting job ${job.id}, which is ${job.status}.`;
    const hint = `Wait until it has ended, cancel the job with ${cancel}, or end it on this server with ${end}.`;
    const details = { rule: 'guard', jobId: job.id, jobStatus: job.status, cancel, end };
    refuse(response, 409, 'AUDIENCE_NOT_READY', problem, hint, details);
  } else act(response, audience, audiences);
};

const api = new OpenAPIBackend({ definition: values.contract });
api.register({
  deleteAudience: whenReady((response, audience, audiences) => {
    audiences.delete(audience.id);
    succeed(response, { deleted: true });
  }),
  getAudience: whenReady((response, audience) => succeed(response, audience)),
  createAudience: (context, _request, response) => {
    const audiences = audiencesFor(context, response);
    if (!audiences) return;
    const audience = audienceOf(randomBytes(12).toString('hex'), context.request.requestBody);
    audiences.set(audience.id, audience);
    succeed(response, audience, 201);
  },
  validationFail: ({ validation }, _request, response) => {
    const details = { rule: 'validation', errors: validation.errors };
    refuse(response, 400, 'VALIDATION_ERROR', 'Request validation failed.', 'See the contract.', details);
  },
  unauthorizedHandler: unauthorized,
  notImplemented: (_context, _request, response) =>
    refuse(response, 501, 'NOT_IMPLEMENTED', 'Not measured.', 'Use another server.', { rule: 'http' }),
  notFound: (_context, _request, response) =>
    refuse(response, 404, 'NOT_FOUND', 'Resource not found.', 'See the contract.', { rule: 'route' }),
});
api.registerSecurityHandler('bearer', (context) => {
  const key = keyOf(context.request.headers);
  const required = context.operation['x-required-permission'];
  return key && (!required || !key.permissions || key.permissions.has(required)) ? key : null;
});
await api.init();
reset();

const handle = (request, response, body) => {
  const { method, url, headers } = request;
  if (url === RESET) {
    reset();
    response.writeHead(204).end();
  } else api.handleRequest({ method, path: url, headers, body }, request, response);
};
createServer((request, response) => {
  if (request.method !== 'POST') {
    handle(request, response);
    return;
  }
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => handle(request, response, Buffer.concat(parts).toString()));
}).listen(Number(values.port), '127.0.0.1');
