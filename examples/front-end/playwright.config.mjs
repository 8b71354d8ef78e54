const url = process.env.FRONT_END_URL ?? 'http://localhost:5173';

export default {
  testMatch: '*.spec.mjs',
  timeout: 20_000,
  use: { baseURL: url },
  webServer: process.env.FRONT_END_URL ? undefined : { command: 'npm run dev', url, reuseExistingServer: true },
};
