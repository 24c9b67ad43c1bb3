// After `npm ci` everything must be there: the carried Node linked, the Nodes of the end-to-end matrix installed, and
// dist built, so that `npx trace-cli` runs. Plain JavaScript: it may start on any Node that npm runs on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import './link-node.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** One command line for the shell, which finds the `.cmd` files of Windows too; a failure ends the installation. */
function run(command) {
  const { status, error } = spawnSync(command, { cwd: root, shell: true, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`postinstall: "${command}" failed${error ? `: ${error.message}` : ''}`);
    process.exit(status ?? 1);
  }
}

// Without the workspace's development tools (`npm ci --omit=dev`) there is nothing to build with, nor to test.
if (existsSync(join(root, 'node_modules', 'typescript'))) {
  run('npm ci --prefix e2e/runtimes');
  run('tsc -b packages/cli/tsconfig.lib.json');
  run('node packages/cli/build.ts');
}
