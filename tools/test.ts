// Runs every target of every project, then sums what vitest reported. The last line printed is always
// `N passed, N failed, N skipped`; the exit code also knows of lint, type checks and packages.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readReports, summarize } from './reports.ts';
import { members, ROOT } from './workspace.ts';

const TARGETS = ['lint', 'build', 'typecheck', 'test', 'package', 'e2e'];
const folders = members().map(({ folder }) => join(ROOT, folder, '.reports'));

// A report left from an earlier run must not be counted; nx puts back those of the runs it has in its cache.
for (const folder of folders) rmSync(folder, { recursive: true, force: true });

const command = [
  'nx',
  'run-many',
  '-t',
  ...TARGETS,
  '--output-style=stream-without-prefixes',
  ...process.argv.slice(2),
];
const { status } = spawnSync(command.join(' '), {
  cwd: ROOT,
  shell: true,
  // nx is asked nothing and asks nothing: no terminal to prompt on.
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NX_INTERACTIVE: 'false' },
});

const { passed, failed, skipped, failedNames, skippedNames, retriedNames } = summarize(
  folders.flatMap(readReports),
);
for (const name of skippedNames) console.log(`skipped: ${name}`);
for (const name of retriedNames) console.log(`passed at the second try: ${name}`);
for (const name of failedNames) console.log(`failed: ${name}`);
if (status !== 0) console.log('A target failed: see the output above.');
if (passed + failed === 0) console.log('No test ran.');
process.exitCode = status === 0 && failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
