import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { packedPackages } from '../src/installation.ts';
import { WORKSPACE } from '../src/pack.ts';

/** What npm runs of a package that it installs, without being asked. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

/** What belongs into a tarball. */
const WANTED = /^(dist\/|src\/|bin\/|package\.json$|README\.md$|LICENSE$|FORMAT\.md$|RELIABILITY\.md$)/;
const UNWANTED = /\.tsbuildinfo$|\.test\.|\.log$|(^|\/)\./;

/** Addresses of package registries and of what they serve. */
const REGISTRY = /https?:\/\/(registry\.|[^\s"'`)]*\/-\/)[^\s"'`)]*/gi;

describe.for(packedPackages())('$manifest.name', ({ folder, manifest, files, path }) => {
  test('runs nothing when it is installed', () => {
    expect(Object.keys(manifest.scripts ?? {}).filter((name) => INSTALL_SCRIPTS.includes(name))).toEqual([]);
    expect(files).not.toContain('binding.gyp');
  });

  test('holds its code, its sources, README and LICENSE, and nothing else', () => {
    expect(files.filter((file) => !WANTED.test(file) || UNWANTED.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']));
    for (const folder of ['dist/', 'src/']) expect(files.some((file) => file.startsWith(folder))).toBe(true);
    expect(files.some((file) => file.startsWith('bin/'))).toBe(manifest.bin !== undefined);
  });

  test('brings the licence of the project', () => {
    expect(readFileSync(join(WORKSPACE, folder, 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(WORKSPACE, 'LICENSE'), 'utf8'),
    );
  });

  test('names no folder of the machine it was built on, and no package registry', () => {
    const content = gunzipSync(readFileSync(path)).toString('latin1');
    for (const place of [WORKSPACE, homedir()]) expect(content.includes(`${place}${sep}`), place).toBe(false);
    expect(content.match(REGISTRY) ?? []).toEqual([]);
  });
});
