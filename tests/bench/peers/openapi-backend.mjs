// openapi-backend on node's own HTTP server: it validates, asks for the key, and answers what bare Starlette answers.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { OpenAPIBackend } from 'openapi-backend';

const { values } = parseArgs({ options: { contract: { type: 'string' }, port: { type: 'string' } } });
const answer = { success: true, data: { deleted: true }, error: null, traceId: '0123456789abcdef01234567' };
const keys = new Set(['Bearer sk_test_all_permissions']);

const send = (response, status, body) => {
  const content = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) });
  response.end(content);
};

const api = new OpenAPIBackend({ definition: values.contract });
api.register({
  deleteAudience: (_context, _request, response) => send(response, 200, answer),
  validationFail: (context, _request, response) => send(response, 400, { errors: context.validation.errors }),
  unauthorizedHandler: (_context, _request, response) => send(response, 401, {}),
  notImplemented: (_context, _request, response) => send(response, 501, {}),
  notFound: (_context, _request, response) => send(response, 404, {}),
});
api.registerSecurityHandler('bearer', (context) => keys.has(context.request.headers.authorization));
await api.init();

createServer((request, response) => {
  const { method, url, headers } = request;
  api.handleRequest({ method, path: url, headers }, request, response);
}).listen(Number(values.port), '127.0.0.1');
