import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.ts';

/** The root folder of the workspace. */
export const WORKSPACE: string = join(import.meta.dirname, '..', '..');

/** The fields of a package.json that decide what a consumer gets. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  /** By the path that an import adds to the name: `.`, `./decoder`. */
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One packed package: its tarball as npm would publish it. */
export interface Tarball {
  /** The folder in the workspace, relative to its root, with forward slashes. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Absolute path of the .tgz file. */
  readonly path: string;
  readonly integrity: string;
  /** The files in it, relative to the package. */
  readonly files: readonly string[];
}

interface PackReport {
  readonly filename: string;
  readonly integrity: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs every package that is to be published into `destination`. Their dist has to be built. */
export function packAll(destination: string): Tarball[] {
  return readdirSync(join(WORKSPACE, 'packages'))
    .map((name) => `packages/${name}`)
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => pack(folder, manifest, destination));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(WORKSPACE, folder, 'package.json'), 'utf8')) as Manifest;
}

function pack(folder: string, manifest: Manifest, destination: string): Tarball {
  const output = npm(
    ['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
    join(WORKSPACE, folder),
  );
  const reports = JSON.parse(output) as PackReport[] | Record<string, PackReport>;
  const [report] = Object.values(reports);
  if (report === undefined) throw new Error(`npm pack said nothing about ${folder}`);
  const { filename, integrity, files } = report;
  return {
    folder,
    manifest,
    path: join(destination, filename),
    integrity,
    files: files.map(({ path }) => path),
  };
}
