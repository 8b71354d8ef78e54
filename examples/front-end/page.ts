// A page that lists audiences, starts a search and shows its progress, and deletes audiences. Its client has the types of
// the contract: a misspelt path, parameter or member does not compile.
import createClient from 'openapi-fetch';
import type { components, paths } from './contract';

type Audience = components['schemas']['Audience'];

const given = new URLSearchParams(location.search);
const accountGroupId = given.get('group') ?? 'a00000000000000000000001';
const pollMs = Number(given.get('poll') ?? 5_000);
const api = createClient<paths>({
  baseUrl: given.get('api') ?? 'http://127.0.0.1:8080',
  headers: { Authorization: `Bearer ${given.get('key') ?? 'sk_test_all_permissions'}` },
});

const form = document.querySelector('form')!;
const isActive = (status: string) => ['queued', 'running'].includes(status);
const say = (text: string) => { document.querySelector('[role=status]')!.textContent = text; };

async function list() {
  const { data } = await api.GET('/v1/accounts/{accountGroupId}/audiences', { params: { path: { accountGroupId } } });
  document.querySelector('ul')!.replaceChildren(...(data?.data.items ?? []).map((audience) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.textContent = `Delete ${audience.name}`;
    button.onclick = () => remove(audience);
    item.append(`${audience.name}: ${audience.prospectCount} `, button);
    return item;
  }));
}

async function remove({ id, name }: Audience) {
  const params = { path: { accountGroupId, audienceId: id } };
  try {
    const { error, response } = await api.DELETE('/v1/accounts/{accountGroupId}/audiences/{audienceId}', { params });
    if (response.status === 409) { // by a job: it can be deleted when the job has ended
      say(`${name} is being populated`);
      await followAll();
      say(`${name} can be deleted now`);
    } else {
      say(error ? `${name} is not deleted: ${error.error.message}` : `${name} is deleted`);
    }
  } catch { // the reply is lost, and the deletion may have taken effect: read before trying again
    const { response } = await api.GET('/v1/accounts/{accountGroupId}/audiences/{audienceId}', { params });
    say(response.status === 404 ? `${name} is deleted; the reply was lost` : `${name} is not deleted; try again`);
  }
  await list();
}

async function start(name: string, searchUrl: string) {
  const send = (key: string) => api.POST('/v1/accounts/{accountGroupId}/prospecting', {
    params: { path: { accountGroupId }, header: { 'Idempotency-Key': key } },
    body: { source: 'linkedin_search', searchUrl, maxResults: 25, name },
  });
  const key = crypto.randomUUID();
  const { data, error } = await send(key).catch(() => send(key)); // the same key starts the job once
  if (error) {
    say(`${name} is not started: ${error.error.message}`);
  } else {
    say(`${name} has ${await follow(data.data.jobId)}`);
    await list();
  }
}

async function follow(jobId: string) {
  const bar = document.createElement('progress');
  document.querySelector('#jobs')!.append(bar);
  try {
    for (;;) {
      const params = { path: { accountGroupId, jobId } };
      const { data, error } = await api.GET('/v1/accounts/{accountGroupId}/prospecting/{jobId}', { params });
      if (error) throw new Error(error.error.message);
      bar.value = data.data.stages?.import?.progress ?? 0;
      if (!isActive(data.data.status)) return data.data.status;
      await new Promise((resolve) => { setTimeout(resolve, pollMs); });
    }
  } finally {
    bar.remove();
  }
}

async function followAll() {
  const { data } = await api.GET('/v1/accounts/{accountGroupId}/prospecting', { params: { path: { accountGroupId } } });
  const active = (data?.data.items ?? []).filter(({ status }) => isActive(status));
  await Promise.all(active.map(({ jobId }) => follow(jobId)));
}

form.onsubmit = (event) => {
  event.preventDefault();
  const values = new FormData(form);
  void start(String(values.get('name')), String(values.get('searchUrl')));
};
void list();
