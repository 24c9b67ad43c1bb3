import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environment } from '../support/registry.ts';
import { newTraceDirectory } from '../support/trace-directory.ts';

const SECONDS = 10;
const PATIENCE = 200_000;

test('mutated ring files are read without a crash or a hang', { timeout: 2 * PATIENCE }, () => {
  const directory = newTraceDirectory();
  const script = join(import.meta.dirname, 'fuzz/fuzz.ts');
  const corpus = join(import.meta.dirname, 'corpus');
  const seed = String(Date.now() % 2 ** 32);
  const args = ['--conditions=@tracebuf/source', '--max-old-space-size=512', script, corpus, directory];
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, '--seconds', String(SECONDS), '--seed', seed],
    { encoding: 'utf8', env: environment({}), timeout: PATIENCE },
  );
  if (status !== 0) {
    const kept = join(tmpdir(), `tracebuf-fuzz-${seed}.ring`);
    copyFileSync(join(directory, 'current.ring'), kept);
    expect.fail(`seed ${seed}, kept as ${kept}: ${status} ${signal} ${stderr}`);
  }
  console.log(stdout.trim());
});
