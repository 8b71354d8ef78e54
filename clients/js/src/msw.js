/** A handler for MSW: the code under test keeps the vendor's address, and reaches a sandbox. */
import { bypass, http, HttpResponse } from 'msw';

/**
 * Return the handler that sends all requests for an address to the server of a sandbox.
 *
 * They get the key of the sandbox in place of their own. A lost reply is a network error, as it would be without MSW.
 * @param {import('./sandbox.js').Sandbox} sandbox
 * @param {string} [address] the address that the code under test uses
 * @param {{ keepKey?: boolean }} [options] whether requests keep the key that they have
 */
export function audienceHandler(sandbox, address = 'https://api.sonarly.io', { keepKey = false } = {}) {
  const origin = address.replace(/\/+$/, '');
  return http.all(`${origin}/*`, async ({ request }) => {
    const headers = new Headers(request.headers);
    if (!keepKey && headers.has('Authorization')) headers.set('Authorization', `Bearer ${sandbox.key}`);
    const target = sandbox.url + request.url.slice(origin.length);
    const forwarded = new Request(target, new Request(request, { headers }));
    try {
      return await fetch(bypass(forwarded));
    } catch {
      return HttpResponse.error();
    }
  });
}
