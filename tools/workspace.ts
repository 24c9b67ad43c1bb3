import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root folder of the workspace. */
export const ROOT: string = dirname(import.meta.dirname);

/** The parts of a package.json that the tools look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly nx?: { readonly targets?: Readonly<Record<string, unknown>> };
}

/** One member of the workspace: its folder, relative to the root with forward slashes, and its package.json. */
export interface Member {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Reads a JSON file of this repository, whose shape the caller knows. */
export function readJson<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(ROOT, ...path), 'utf8')) as T;
}

/** Every workspace: the packages, the end-to-end tests and the benchmarks. */
export function members(): Member[] {
  const folders = [...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`), 'e2e', 'bench'];
  return folders
    .filter((folder) => existsSync(join(ROOT, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readJson<Manifest>(folder, 'package.json') }));
}
