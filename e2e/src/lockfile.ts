import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Tarball, WORKSPACE } from './pack.ts';

/** One entry of a package-lock.json; what is not named here is copied as it is. */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The `packages` of a package-lock.json, by path. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** The lockfile of the workspace. */
export function readRootLock(): LockedPackages {
  const text = readFileSync(join(WORKSPACE, 'package-lock.json'), 'utf8');
  return (JSON.parse(text) as { packages: LockedPackages }).packages;
}

/**
 * The locked tree of a consumer that installs `wanted`: our packages from their tarballs, third-party packages exactly
 * as the workspace locked them. `npm ci` takes those from its cache by their hashes, as long as an entry says from where
 * it came (else it asks the registry first); a plain `npm install` would always ask, and the cache does not know.
 *
 * @param aliases Names under which the workspace has third-party packages, by the consumer's name for them.
 */
export function consumerTree(
  wanted: Readonly<Record<string, string>>,
  tarballs: readonly Tarball[],
  root: LockedPackages,
  aliases: Readonly<Record<string, string>> = {},
): LockedPackages {
  // Folders of the workspace whose packages the consumer has in another place.
  const moved = new Map([
    ...tarballs.map(({ folder, manifest }) => [folder, manifest.name] as const),
    ...Object.entries(aliases).map(([name, alias]) => [`node_modules/${alias}`, name] as const),
  ]);
  const packed = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]));
  const tree: Record<string, LockedPackage> = {};

  /** Adds what `name` resolves to when the package at `from` (a path in the root lockfile) asks for it. */
  const add = (name: string, from: string, optional: boolean): void => {
    const tarball = packed.get(name);
    const source = tarball?.folder ?? findLocked(root, from, aliases[name] ?? name);
    if (source === undefined) {
      if (optional) return;
      throw new Error(
        `${name}, which ${from || 'the consumer'} needs, is not in the lockfile of the workspace`,
      );
    }
    const target = consumerPath(source, moved);
    if (tree[target] !== undefined) return;
    const entry = tarball === undefined ? lockedThirdParty(root[source] ?? {}, name) : lockedTarball(tarball);
    tree[target] = entry;
    for (const dependency of Object.keys(entry.dependencies ?? {})) add(dependency, source, false);
    for (const dependency of Object.keys(entry.optionalDependencies ?? {})) add(dependency, source, true);
    for (const dependency of Object.keys(entry.peerDependencies ?? {})) {
      const optionalPeer = entry.peerDependenciesMeta?.[dependency]?.optional === true;
      if (!optionalPeer) add(dependency, source, false);
    }
  };

  for (const name of Object.keys(wanted)) add(name, '', false);
  return tree;
}

/** The workspace's lockfile leaves the addresses out. This one leads nowhere: nothing but the cache can answer. */
function lockedThirdParty(entry: LockedPackage, name: string): LockedPackage {
  return { ...entry, resolved: `https://cache-only.invalid/${name}/${entry.version}.tgz` };
}

function lockedTarball({ manifest, path, integrity }: Tarball): LockedPackage {
  const { version, bin, engines, dependencies, peerDependencies } = manifest;
  const fields = {
    version,
    resolved: `file:${path}`,
    integrity,
    bin,
    engines,
    dependencies,
    peerDependencies,
  };
  return JSON.parse(JSON.stringify(fields)) as LockedPackage;
}

/** Node's own search: beside the package at `from`, then in every folder above. */
function findLocked(root: LockedPackages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parentPackage(folder)) {
    const path = posix.join(folder, 'node_modules', name);
    if (root[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
}

function parentPackage(path: string): string {
  const end = path.lastIndexOf('/node_modules/');
  return end === -1 ? '' : path.slice(0, end);
}

/** A package in or below a folder that was moved moves with it. */
function consumerPath(source: string, moved: ReadonlyMap<string, string>): string {
  for (const [folder, name] of moved) {
    if (source === folder || source.startsWith(`${folder}/`)) {
      return `node_modules/${name}${source.slice(folder.length)}`;
    }
  }
  return source;
}
