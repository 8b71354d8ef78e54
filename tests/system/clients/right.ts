import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

type JobStatus = components['schemas']['JobStatus'];
type Guarded = paths['/v1/accounts/{accountGroupId}/audiences/{audienceId}']['delete']['responses'][409];
type Refusal = Pick<Guarded['content']['application/json'], 'error'>;

declare const process: { env: { [name: string]: string | undefined } };

const path = { accountGroupId: 'a00000000000000000000001' };
const api = createClient<paths>({
  baseUrl: process.env.AUDIENCE_MOCK_URL ?? '',
  headers: { Authorization: 'Bearer sk_test_all_permissions' },
});
const ended: JobStatus[] = ['completed', 'failed', 'cancelled'];

function reason({ error: { code, details } }: Refusal): string {
  return code === 'AUDIENCE_NOT_READY' ? `later: ${details.rule}` : code;
}

async function remove(audienceId: string): Promise<string> {
  const { data, error } = await api.DELETE('/v1/accounts/{accountGroupId}/audiences/{audienceId}', {
    params: { path: { ...path, audienceId } },
  });
  return error ? reason(error) : `deleted: ${data.data.deleted}`;
}

async function start(): Promise<string> {
  const { data, error } = await api.POST('/v1/accounts/{accountGroupId}/prospecting', {
    params: { path, header: { 'Idempotency-Key': 'once' } },
    body: { source: 'url_upload', urls: ['https://www.linkedin.com/in/avery-stone'] },
  });
  return error ? reason(error) : data.data.jobId;
}

async function progress(jobId: string): Promise<string> {
  const { data, error } = await api.GET('/v1/accounts/{accountGroupId}/prospecting/{jobId}', {
    params: { path: { ...path, jobId } },
  });
  if (error) return reason(error);
  const { status, stages, error: failure } = data.data;
  return ended.includes(status) ? `${status} ${failure?.code ?? ''}` : `${stages.import.progress.toFixed(1)}`;
}

async function rename(audienceId: string): Promise<string> {
  const { data, error } = await api.PATCH('/v1/accounts/{accountGroupId}/audiences/{audienceId}', {
    params: { path: { ...path, audienceId } },
    body: { name: 'Renamed' },
  });
  return error ? reason(error) : data.data.name.toUpperCase();
}

const audiences = await api.GET('/v1/accounts/{accountGroupId}/audiences', { params: { path, query: { limit: 2 } } });
const running = await api.GET('/v1/accounts/{accountGroupId}/prospecting', {
  params: { path, query: { status: 'running' } },
});
console.log(
  JSON.stringify([
    audiences.data?.data.items.map((audience) => `${audience.prospectCount} ${audience.createdAt.length}`),
    running.data?.data.items.map((job) => job.jobId),
    await rename('b00000000000000000000001'),
    await remove('b00000000000000000000002'),
    await remove('b00000000000000000000001'),
    await remove('b00000000000000000000001'),
    await progress(await start()),
  ]),
);
