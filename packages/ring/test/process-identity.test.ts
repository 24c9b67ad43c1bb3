import { mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  osThreadId,
  parseProcessStat,
  pidOfKey,
  processIdentity,
  processKey,
  processKeyOf,
} from '../src/identity.ts';
import { fitProcessName, nameOfScript } from '../src/process-name.ts';
import { mustSkip, PATIENCE, runNode, script, source, temporaryDirectory } from './support/registry.ts';

const linuxOnly = process.platform === 'linux' ? undefined : 'only Linux has /proc';
const CONDITION = '--conditions=@tracebuf/source';

/** Prints name and key, as the main thread or a worker sees them. */
const PRINT = `
  import { processName } from '${source('process-name.ts')}';
  import { processKey } from '${source('identity.ts')}';
  process._rawDebug(processName() + ' ' + processKey());
`;

/** Prints from a worker of the main thread. */
const PRINT_IN_WORKER = `
  import { Worker } from 'node:worker_threads';
  import { writeFileSync } from 'node:fs';
  new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(PRINT)})), OPTIONS);
`;

function printed(stderr: string): string[] {
  return stderr.trim().split('\n');
}

describe('the key of a process', () => {
  test('is its pid and ten digits that change with pid, start, boot and pid namespace', () => {
    const base = { pid: 4711, start: 12345, bootId: 'b', pidNamespace: 1 };
    const keys = [
      base,
      { ...base, pid: 4712 },
      { ...base, start: 12346 },
      { ...base, bootId: 'c' },
      { ...base, pidNamespace: 2 },
    ].map(processKeyOf);
    expect(new Set(keys).size).toBe(5);
    for (const key of keys) expect(key).toMatch(/^471[12]\.[0-9a-f]{10}$/);
    expect(pidOfKey(keys[0] ?? '')).toBe(4711);
  });

  test('hardly ever collides', () => {
    const keys = new Set<string>();
    for (let start = 0; start < 20_000; start++) {
      keys.add(processKeyOf({ pid: 1, start, bootId: 'b', pidNamespace: 1 }));
    }
    expect(keys.size).toBe(20_000);
  });

  test('is the same in each thread', async () => {
    const worker = new Worker(
      new URL(
        `data:text/javascript,${encodeURIComponent(`
          import { parentPort } from 'node:worker_threads';
          import { processKey } from '${source('identity.ts')}';
          parentPort.postMessage(processKey());
        `)}`,
      ),
    );
    expect(await new Promise((resolve) => worker.once('message', resolve))).toBe(processKey());
  });

  test.each(['.removed.1.0123456789', '1', '1.', '01.0123456789', '1.012345678', '1.0123456789.x', 'x.json'])(
    'is not %s',
    (name) => {
      expect(pidOfKey(name)).toBeUndefined();
    },
  );
});

describe('/proc/<pid>/stat', () => {
  test('is understood with any name in it', () => {
    const rest = `S ${Array.from({ length: 18 }, (_, index) => index).join(' ')} 987654 0`;
    for (const name of ['node', ') Z 1 2 3 (', 'a) b', '']) {
      expect(parseProcessStat(`42 (${name}) ${rest}`)).toEqual({ pid: 42, state: 'S', start: 987_654 });
    }
  });

  test('may hold anything', () => {
    fc.assert(fc.property(fc.string(), (line) => void parseProcessStat(line)));
    expect(parseProcessStat('')).toBeUndefined();
    expect(parseProcessStat('1 (x) S 1')).toBeUndefined();
  });

  test.skipIf(mustSkip(linuxOnly))('gives this process and this thread', () => {
    expect(processIdentity().pidNamespace).toBe(Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]));
    expect(processIdentity().bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(osThreadId()).toBe(process.pid);
  });
});

describe('a process name', () => {
  test.each([
    ['web', 'web'],
    ['socket.io', 'socket.io'],
    ['@acme/web', 'acme-web'],
    ['my web server', 'my-web-server'],
    ['../../etc', 'etc'],
    ['a\u{1b}[2Jb\n', 'a-[2Jb'],
    ['all', 'node-all'],
    ['ALL', 'node-ALL'],
    ['4711', 'node-4711'],
    ['web.4711', 'web-4711'],
    ['', 'node'],
    ['/', 'node'],
    ['été', 'été'],
    ['x'.repeat(100), 'x'.repeat(64)],
  ])('made of %j is %s', (text, name) => {
    expect(fitProcessName(text)).toBe(name);
  });

  test('can always be typed, and fits as it is from then on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const name = fitProcessName(text);
        expect(name).toMatch(/^[^\p{C}\p{Z}/\\]{1,64}$/u);
        expect(name).not.toMatch(/^(\d+|all|.*\.\d+)$/i);
        expect(fitProcessName(name)).toBe(name);
      }),
      { numRuns: 300 },
    );
  });

  test('comes from the nearest package.json with a name, not past node_modules, else from the file', () => {
    const top = temporaryDirectory();
    writeFileSync(join(top, 'package.json'), '{"name":"host"}');
    const app = join(top, 'node_modules/@acme/app');
    const main = script(join(app, 'dist/esm'), 'main.mjs', '');
    writeFileSync(join(app, 'dist/esm/package.json'), '{"type":"module"}');
    expect(nameOfScript(main)).toBe('main');
    writeFileSync(join(app, 'package.json'), '{"name":"@acme/app"}');
    expect(nameOfScript(main)).toBe('acme-app');
    mkdirSync(join(top, 'node_modules/.bin'));
    symlinkSync('../@acme/app/dist/esm/main.mjs', join(top, 'node_modules/.bin/app'));
    expect(nameOfScript(join(top, 'node_modules/.bin/app'))).toBe('acme-app');
  });

  test('survives a package.json that is none', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'a/package.json'), { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{"name":');
    expect(nameOfScript(join(directory, 'a/job.v2.js'))).toBe('job.v2');
  });

  test('is that of the main script, in its workers too', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'package.json'), '{"name":"@acme/shop"}');
    const main = script(directory, 'main.mjs', PRINT + PRINT_IN_WORKER.replace('OPTIONS', '{}'));
    const [first, second] = printed(runNode([CONDITION, main]).stderr);
    expect(first).toMatch(/^acme-shop \d+\./);
    expect(second).toBe(first);
  });

  test.skipIf(mustSkip(linuxOnly)).each(['{}', '{ execArgv: [] }', '{ env: {} }', '{ argv: ["--x"] }'])(
    'is found by a worker with %s whose main thread does not load the package',
    (options) => {
      const directory = temporaryDirectory();
      const main = script(directory, 'shop.mjs', PRINT_IN_WORKER.replace('OPTIONS', options));
      expect(printed(runNode([CONDITION, main, 'argument'], {}, directory).stderr)[0]).toMatch(/^shop \d+\./);
    },
    PATIENCE,
  );

  test('is TRACEBUF_PROCESS where that is set', () => {
    const main = script(
      temporaryDirectory(),
      'main.mjs',
      PRINT + PRINT_IN_WORKER.replace('OPTIONS', '{ env: {} }'),
    );
    const lines = printed(runNode([CONDITION, main], { TRACEBUF_PROCESS: 'my shop' }).stderr);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['my-shop', 'my-shop']);
  });

  test('is node without a script', () => {
    const lines = printed(
      runNode([CONDITION, '--input-type=module', '-e', PRINT, 'argument'], { TRACEBUF_PROCESS: '' }).stderr,
    );
    expect(lines[0]).toMatch(/^node \d+\./);
  });
});
