// Runs all static checks at once and shows what each has to say, so that one failure does not hide another.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ROOT } from './workspace.ts';

const CHECKS: Readonly<Record<string, string>> = {
  biome: 'biome ci --colors=off .',
  oxlint: 'oxlint --type-aware --deny-warnings',
  knip: 'knip --no-progress',
  'check-workspace': 'node tools/check-workspace.ts',
};

/** Runs one command line in the shell, which finds it in node_modules/.bin on every platform. */
async function run(command: string): Promise<{ failed: boolean; output: string }> {
  const child = spawn(`${command} 2>&1`, { cwd: ROOT, shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, output] = await Promise.all([closed, text(child.stdout)]);
  return { failed: code !== 0, output: output.trim() };
}

const results = await Promise.all(
  Object.entries(CHECKS).map(async ([name, command]) => ({ name, ...(await run(command)) })),
);
for (const { name, failed, output } of results) {
  console.log(
    `${failed ? 'FAILED' : 'ok'}  ${name}${output === '' ? '' : `\n${output.replaceAll(/^/gm, '    ')}`}`,
  );
}
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;
