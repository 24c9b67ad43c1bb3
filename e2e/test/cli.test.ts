import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Consumer } from '../src/consumer.ts';
import { packAll, type Tarball } from '../src/pack.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';

describe('the packed command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tracebuf-e2e-'));
  let tarballs: Tarball[];
  let consumer: Consumer;

  beforeAll(() => {
    const packs = join(folder, 'packs');
    mkdirSync(packs);
    tarballs = packAll(packs);
    consumer = new Consumer(join(folder, 'consumer'), ['@tracebuf/cli'], tarballs);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.for(NODE_MAJORS)('trace-cli --version works on Node %i', (major) => {
    const version = tarballs.find(({ manifest }) => manifest.name === '@tracebuf/cli')?.manifest.version;
    const { code, stdout, stderr } = consumer.run(major, [consumer.bin('trace-cli'), '--version']);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringContaining(`${version}`),
      stderr: '',
    });
  });

  test.for(NODE_MAJORS)('the Node of the matrix is Node %i', (major) => {
    expect(consumer.run(major, ['-p', 'process.versions.node']).stdout).toMatch(new RegExp(`^${major}\\.`));
  });

  test.for(['dist/', 'package.json', 'README.md'])('every tarball brings %s', (wanted) => {
    for (const { manifest, files } of tarballs) {
      expect(
        files.some((path) => path.startsWith(wanted)),
        manifest.name,
      ).toBe(true);
      expect(
        files.filter((path) => /\.tsbuildinfo$|^test\/|^node_modules\//.test(path)),
        manifest.name,
      ).toEqual([]);
    }
  });
});
