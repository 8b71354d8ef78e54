// The page in a browser: each test has a sandbox of its own, in which time stands until the test moves it.
import { expect, test as base } from '@playwright/test';

const MOCK = process.env.AUDIENCE_MOCK_URL ?? 'http://127.0.0.1:8080';
const TOKEN = process.env.AUDIENCE_MOCK_ADMIN_TOKEN;
const SEARCH = 'https://www.linkedin.com/search/results/people/?keywords=founder';

const test = base.extend({
  sandbox: async ({ page, request }, use) => {
    const headers = TOKEN ? { Authorization: `Bearer ${TOKEN}` } : {};
    const control = async (method, path, data) => {
      const response = await request.fetch(`${MOCK}/_mock/sandboxes${path}`, { method, data, headers });
      expect(response.ok(), await response.text()).toBe(true);
      return response.status() === 204 ? null : response.json();
    };
    const { id, keys: [{ key }], accountGroups: [{ id: group }] } = await control('POST', '', {});
    await control('PUT', `/${id}/clock`, { mode: 'manual' });
    await use({
      open: () => page.goto(`/?${new URLSearchParams({ api: MOCK, group, key, poll: '100' })}`),
      create: async (name) => (await (await request.post(`${MOCK}/v1/accounts/${group}/audiences`, {
        data: { name, type: 'on_demand' }, headers: { Authorization: `Bearer ${key}` },
      })).json()).data,
      populate: (audienceId) => control('POST', `/${id}/jobs`, { accountGroupId: group, audienceId }),
      advance: (seconds) => control('POST', `/${id}/clock/advance`, { seconds }),
      lose: (operation) => control('POST', `/${id}/faults`, { preset: 'lost-reply', operation }),
      jobs: async () => (await control('GET', `/${id}/jobs`)).jobs,
      verify: () => control('POST', `/${id}/verify`, {}), // fails with the mistakes of the page, if there are any
    });
    await control('DELETE', `/${id}`);
  },
});

async function search(page, name) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('LinkedIn search').fill(SEARCH);
  await page.getByRole('button', { name: 'Start' }).click();
}

test('audiences are listed, and one of them is deleted', async ({ page, sandbox }) => {
  await sandbox.create('Founders');
  await sandbox.create('Investors');
  await sandbox.open();
  await expect(page.getByRole('listitem')).toHaveText([/^Investors: 0/, /^Founders: 0/]);

  await page.getByRole('button', { name: 'Delete Founders' }).click();

  await expect(page.getByRole('status')).toHaveText('Founders is deleted');
  await expect(page.getByRole('listitem')).toHaveText([/^Investors/]);
});

test('the progress of a search is shown, and then what it found', async ({ page, sandbox }) => {
  await sandbox.open();
  await search(page, 'Founders');
  await expect(page.getByRole('progressbar')).toHaveJSProperty('value', 0);

  await sandbox.advance(15);
  await expect.poll(() => page.getByRole('progressbar').evaluate((bar) => bar.value)).toBeGreaterThan(0);
  await expect(page.getByRole('listitem')).toHaveCount(0);
  await sandbox.advance(15);

  await expect(page.getByRole('status')).toHaveText('Founders has completed');
  await expect(page.getByRole('listitem')).toHaveText([/^Founders: 25/]);
  await expect(page.getByRole('progressbar')).toHaveCount(0);
});

test('a reply to a start is lost, and there is one search all the same', async ({ page, sandbox }) => {
  await sandbox.lose('startProspectingJob');
  await sandbox.open();

  await search(page, 'Founders');

  await expect(page.getByRole('progressbar')).toBeVisible();
  expect(await sandbox.jobs()).toHaveLength(1);
  await sandbox.verify();
});

test('an audience that is being populated is deleted once that has ended', async ({ page, sandbox }) => {
  const { id } = await sandbox.create('Founders');
  await sandbox.open();
  const button = page.getByRole('button', { name: 'Delete Founders' });
  await expect(button).toBeVisible();
  await sandbox.populate(id);

  await button.click();
  await expect(page.getByRole('status')).toHaveText('Founders is being populated');
  await expect(page.getByRole('progressbar')).toBeVisible();
  await sandbox.advance(30);
  await expect(page.getByRole('status')).toHaveText('Founders can be deleted now');
  await button.click();

  await expect(page.getByRole('status')).toHaveText('Founders is deleted');
  await sandbox.verify();
});

test('a reply to a deletion is lost, and the page finds out', async ({ page, sandbox }) => {
  await sandbox.create('Founders');
  await sandbox.lose('deleteAudience');
  await sandbox.open();

  await page.getByRole('button', { name: 'Delete Founders' }).click();

  await expect(page.getByRole('status')).toHaveText('Founders is deleted; the reply was lost');
  await expect(page.getByRole('listitem')).toHaveCount(0);
  await sandbox.verify();
});
