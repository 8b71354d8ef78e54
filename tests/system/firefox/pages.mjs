// Opens pages in Firefox, which Playwright cannot drive as Debian builds it, and evaluates functions in them: a command
// in JSON is a line of standard input, and its result is a line of standard output.
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

const browser = await puppeteer.launch({ browser: 'firefox', executablePath: process.argv[2], headless: true });
const contexts = new Map();
const pages = new Map();
const commands = {
  async open({ page }) { // with connections of its own
    contexts.set(page, await browser.createBrowserContext());
    pages.set(page, await contexts.get(page).newPage());
  },
  goto: async ({ page, url }) => { await pages.get(page).goto(url); },
  evaluate: ({ page, script, argument }) => pages.get(page).evaluate(`(${script})(${JSON.stringify(argument)})`),
  close: ({ page }) => contexts.get(page).close(),
};

console.log(JSON.stringify({ result: await browser.version() }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    console.log(JSON.stringify({ result: (await commands[command.name](command)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
await browser.close();
