import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { Consumer, installConsumer } from './consumer.ts';
import { packAll, type Tarball } from './pack.ts';

/** What all test files use: packing and installing takes seconds. */
interface Installation {
  /** The folder that holds all others; removed after the last test. */
  readonly folder: string;
  readonly tarballs: readonly Tarball[];
  /** The folder where a user's programs are, with the loggers and all packages of ours. */
  readonly programs: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    installation: Installation;
  }
}

/** Packs our packages and installs them, once for all test files. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'tracebuf-e2e-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const packs = join(folder, 'packs');
    mkdirSync(packs);
    const tarballs = packAll(packs);
    const programs = join(folder, 'programs');
    // Types of Node.js, as a TypeScript program has them.
    const names = tarballs.map(({ manifest }) => manifest.name);
    installConsumer(programs, [...names, 'pino', 'winston', '@types/node'], tarballs);
    project.provide('installation', { folder, tarballs, programs });
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}

/** The packed packages. */
export function packedPackages(): readonly Tarball[] {
  return inject('installation').tarballs;
}

/** The folder where a user's programs are, with the loggers and all packages of ours. */
export function programFolder(): Consumer {
  return new Consumer(inject('installation').programs);
}

/** Installs packages into a folder of their own; see {@link installConsumer}. */
export function installAlone(
  name: string,
  dependencies: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): Consumer {
  const { folder, tarballs } = inject('installation');
  return installConsumer(join(folder, 'alone', name), dependencies, tarballs, aliases);
}
