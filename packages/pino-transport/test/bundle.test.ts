import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { recordsOf, runFixture } from './fixture.ts';
import { traceDirectory } from './trace-directory.ts';

test('works from one bundled file (pino#1738, pino#2028)', async () => {
  const folder = mkdtempSync(`${traceDirectory}/bundle-`);
  const source = fileURLToPath(new URL('./fixtures/exit-in-same-tick.ts', import.meta.url));
  await build({
    logLevel: 'error',
    configFile: false,
    resolve: { conditions: ['@tracebuf/source', 'node'] },
    ssr: { noExternal: true, external: ['koffi'], resolve: { conditions: ['@tracebuf/source', 'node'] } },
    build: {
      ssr: source,
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: 'one.mjs' } },
    },
  });
  writeFileSync(`${folder}/package.json`, '{"name":"bundled","type":"module"}');
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
  // First as it is, without the native library, then with it.
  for (const native of [false, true]) {
    if (native) symlinkSync(modules, `${folder}/node_modules`);
    const { pid, status, stderr } = runFixture(`${folder}/one.mjs`);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(recordsOf(pid).map(({ message }) => message)).toEqual(['before', 'the last words']);
  }
  rmSync(folder, { recursive: true, force: true });
}, 60_000);
