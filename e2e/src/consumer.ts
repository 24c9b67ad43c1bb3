import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { consumerTree, readRootLock } from './lockfile.ts';
import { npm } from './npm.ts';
import type { Tarball } from './pack.ts';
import { type NodeMajor, nodeExecutable } from './runtimes.ts';

/** How long one program of a consumer may run. */
const TIMEOUT_MS = 30_000;

/** What a program of a consumer did. */
export interface Outcome {
  /** The exit code, or null when a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder outside of the workspace in which packed packages are installed, as a user would have them. */
export class Consumer {
  readonly folder: string;

  /**
   * Installs `dependencies` into `folder`: ours from their tarballs (the version given is not looked at), third-party
   * ones in the version the workspace has locked. No network, no install scripts.
   */
  constructor(folder: string, dependencies: readonly string[], tarballs: readonly Tarball[]) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    const root = readRootLock();
    const packed = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]));
    const wanted = Object.fromEntries(
      dependencies.map((name) => {
        const tarball = packed.get(name);
        const version =
          tarball === undefined ? root[`node_modules/${name}`]?.version : fileSpec(folder, tarball);
        if (version === undefined) throw new Error(`${name} is neither ours nor locked in the workspace`);
        return [name, version];
      }),
    );
    const manifest = {
      name: 'consumer',
      version: '1.0.0',
      private: true,
      type: 'module',
      dependencies: wanted,
    };
    const local = tarballs.map((tarball) => ({
      ...tarball,
      path: relative(folder, tarball.path).replaceAll('\\', '/'),
    }));
    const packages = { '': manifest, ...consumerTree(wanted, local, root) };
    this.write('package.json', JSON.stringify(manifest));
    this.write(
      'package-lock.json',
      JSON.stringify({ ...manifest, lockfileVersion: 3, requires: true, packages }),
    );
    npm(['ci', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  }

  /** Writes a file of the consumer's own program; answers its absolute path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Path of a program that an installed package brings, as npm linked it. */
  bin(name: string): string {
    return join(this.folder, 'node_modules', '.bin', name);
  }

  /** Runs a script (with its arguments) on one Node.js version, with the consumer as the working directory. */
  run(major: NodeMajor, args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
    const { status, stdout, stderr, error } = spawnSync(nodeExecutable(major), args, {
      cwd: this.folder,
      // Nothing of the test run may reach the program: NODE_OPTIONS of vitest, settings of npm, buffers of the user.
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        TRACEBUF_DIR: join(this.folder, '.tracebuf'),
        ...env,
      },
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
    });
    if (error !== undefined) throw error;
    return { code: status, stdout, stderr };
  }
}

function fileSpec(folder: string, tarball: Tarball): string {
  return `file:${relative(folder, tarball.path).replaceAll('\\', '/')}`;
}
