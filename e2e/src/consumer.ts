import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { consumerTree, readRootLock } from './lockfile.ts';
import { npm } from './npm.ts';
import type { Tarball } from './pack.ts';

/** A folder outside of the workspace in which packed packages are installed, as a user would have them. */
export class Consumer {
  readonly folder: string;

  /** @param folder Where {@link installConsumer} has installed the packages. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes a file of the consumer's own program; answers its absolute path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** The folder into which npm links the programs of installed packages. */
  get binaries(): string {
    return join(this.folder, 'node_modules', '.bin');
  }
}

/**
 * Installs `dependencies` into `folder`: ours from their tarballs (the version given is not looked at), third-party
 * ones in the version the workspace has locked. No network, no install scripts.
 *
 * @param aliases Third-party packages that the workspace has under another name, because it has two versions of them:
 *   `{ pino: 'pino-9' }` installs as `pino` what the workspace has as `pino-9`.
 */
export function installConsumer(
  folder: string,
  dependencies: readonly string[],
  tarballs: readonly Tarball[],
  aliases: Readonly<Record<string, string>> = {},
): Consumer {
  const consumer = new Consumer(folder);
  const root = readRootLock();
  const packed = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]));
  const wanted = Object.fromEntries(
    dependencies.map((name) => {
      const tarball = packed.get(name);
      const version =
        tarball === undefined
          ? root[`node_modules/${aliases[name] ?? name}`]?.version
          : fileSpec(folder, tarball);
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
  const packages = { '': manifest, ...consumerTree(wanted, local, root, aliases) };
  consumer.write('package.json', JSON.stringify(manifest));
  consumer.write(
    'package-lock.json',
    JSON.stringify({ ...manifest, lockfileVersion: 3, requires: true, packages }),
  );
  npm(['ci', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  return consumer;
}

function fileSpec(folder: string, tarball: Tarball): string {
  return `file:${relative(folder, tarball.path).replaceAll('\\', '/')}`;
}
