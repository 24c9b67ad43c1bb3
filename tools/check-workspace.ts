// Checks what no other tool does: the floors of the house, versions and references in step, a lockfile that serves
// every platform and names no registry, and no install script that was not decided on.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Manifest, type Member, members, ROOT, readJson } from './workspace.ts';

/** A package may depend only on packages of lower floors. */
const FLOORS: Readonly<Record<string, number>> = {
  ring: 0,
  query: 1,
  'exos-log': 1,
  etw: 1,
  'pino-transport': 1,
  'winston-transport': 1,
  tracer: 1,
  'otel-exporter': 2,
  sqlite: 2,
  shell: 3,
  'trace-fs': 3,
  cli: 4,
};
const SCOPE = '@tracebuf/';
const LOCKFILES = ['package-lock.json', 'e2e/runtimes/package-lock.json'];

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Lockfile = Readonly<Record<string, LockedPackage>>;

const problems: string[] = [];
const complain = (where: string, what: string): number => problems.push(`${where}: ${what}`);

/** Inner dependencies of every kind, by package name. */
function innerDependencies(manifest: Manifest): [string, string][] {
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest;
  return Object.entries({
    ...peerDependencies,
    ...devDependencies,
    ...optionalDependencies,
    ...dependencies,
  }).filter(([name]) => name.startsWith(SCOPE));
}

/** The table above: which inner dependency a member may have. */
function checkFloors({ folder, manifest }: Member): void {
  const published = folder.startsWith('packages/');
  const floor = FLOORS[manifest.name.slice(SCOPE.length)];
  if (published && floor === undefined)
    complain(folder, 'has no floor: add it to the table in tools/check-workspace.ts');
  for (const [name] of innerDependencies(manifest)) {
    const below = FLOORS[name.slice(SCOPE.length)];
    if (below === undefined) complain(folder, `depends on ${name}, which is on no floor`);
    else if (published && floor !== undefined && below >= floor) {
      complain(folder, `floor ${floor} may not depend on ${name} of floor ${below}`);
    }
  }
}

/** All members share one version, and ask for each other in exactly that version; outer versions are exact too. */
function checkVersions({ folder, manifest }: Member, version: string): void {
  if (manifest.version !== version)
    complain(folder, `version ${manifest.version}, the workspace has ${version}`);
  for (const [name, wanted] of innerDependencies(manifest)) {
    if (wanted !== version) complain(folder, `asks for ${name} ${wanted}, the workspace has ${version}`);
  }
  for (const [name, wanted] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    // The same under another name, `npm:pino@9.14.0`, where two versions of one package are needed.
    if (!/^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted))
      complain(folder, `${name} ${wanted} is not an exact version`);
  }
}

/** What every published package says of itself. */
function checkManifest({ folder, manifest }: Member): void {
  if (manifest.license !== 'MIT') complain(folder, 'the license is not MIT');
  if (manifest.private === true) return;
  if (manifest.name !== SCOPE + posix.basename(folder)) complain(folder, `is named ${manifest.name}`);
  if (manifest.engines?.node !== '>=22.15.0') complain(folder, 'engines.node is not >=22.15.0');
  for (const target of ['build', 'typecheck', 'test', 'package']) {
    if (manifest.nx?.targets?.[target] === undefined) complain(folder, `nx.targets lacks "${target}"`);
  }
}

/**
 * The references of a member's build (or of its only tsconfig) are its inner dependencies, no more and no less; what it
 * bundles is a development dependency, and may be referenced too.
 */
function checkReferences({ folder, manifest }: Member, folders: ReadonlyMap<string, string>): void {
  const published = folder.startsWith('packages/');
  const config = published ? 'tsconfig.lib.json' : 'tsconfig.json';
  const { references = [] } = readJson<{ references?: { path: string }[] }>(folder, config);
  const actual = new Set(references.map(({ path }) => posix.join(folder, path)));
  const inner = published ? (manifest.dependencies ?? {}) : Object.fromEntries(innerDependencies(manifest));
  const wanted = new Set(
    Object.keys(inner)
      .filter((name) => name.startsWith(SCOPE))
      .map((name) => `${folders.get(name) ?? name}/tsconfig.lib.json`),
  );
  for (const path of wanted) {
    if (!actual.has(path)) complain(`${folder}/${config}`, `lacks the reference to ${path}`);
  }
  const bundled = new Set(
    innerDependencies(manifest).map(([name]) => `${folders.get(name) ?? name}/tsconfig.lib.json`),
  );
  for (const path of actual) {
    if (!wanted.has(path) && !bundled.has(path))
      complain(`${folder}/${config}`, `references ${path}, which is no dependency`);
  }
}

/** Where Node would find a dependency of the package at `from`: beside it, then in every folder above. */
function findLocked(lock: Lockfile, from: string, name: string): LockedPackage | undefined {
  for (
    let folder = from;
    folder !== '';
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    const found = lock[`${folder}/node_modules/${name}`];
    if (found !== undefined) return found;
  }
  return lock[`node_modules/${name}`];
}

/** npm leaves out, silently, the packages of other platforms that it cannot see: then the lockfile serves no Mac. */
function checkLockfile(path: string): void {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Lockfile };
  for (const [from, locked] of Object.entries(packages)) {
    for (const name of Object.keys(locked.optionalDependencies ?? {})) {
      if (findLocked(packages, from, name) === undefined) {
        complain(path, `lacks ${name}, an optional dependency of ${from || 'the root'}`);
      }
    }
    if (locked.resolved?.includes('://')) complain(path, `${from} names a registry: ${locked.resolved}`);
    if (from.includes('node_modules/') && locked.link !== true && locked.integrity === undefined) {
      complain(path, `${from} has no integrity hash`);
    }
  }
}

/** .npmrc silences npm's warnings, also the one about install scripts: so each has to be decided on by name. */
function checkInstallScripts(root: Manifest): void {
  for (const path of LOCKFILES) {
    const { packages } = readJson<{ packages: Lockfile }>(path);
    for (const [from, locked] of Object.entries(packages)) {
      if (from === '' || locked.hasInstallScript !== true) continue;
      const name = from.slice(from.lastIndexOf('node_modules/') + 'node_modules/'.length);
      if (root.allowScripts?.[name] === undefined) {
        complain(path, `${name} has an install script that "allowScripts" in package.json does not name`);
      }
    }
  }
}

const root = readJson<Manifest>('package.json');
const all = members();
const folders = new Map(all.map(({ folder, manifest }) => [manifest.name, folder]));
const solution = readJson<{ references: { path: string }[] }>('tsconfig.json').references.map(
  ({ path }) => path,
);

for (const member of all) {
  checkFloors(member);
  checkVersions(member, root.version);
  checkManifest(member);
  checkReferences(member, folders);
  if (!solution.includes(`./${member.folder}`))
    complain('tsconfig.json', `lacks the reference to ./${member.folder}`);
}
for (const path of LOCKFILES) checkLockfile(path);
checkInstallScripts(root);

for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? `${all.length} workspaces are in order` : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
