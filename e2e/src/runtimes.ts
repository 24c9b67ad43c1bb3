import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node.js major versions the packages promise to run on. */
export const NODE_MAJORS = [22, 24, 26] as const;

/** One of the supported Node.js major versions. */
export type NodeMajor = (typeof NODE_MAJORS)[number];

/** Path of the executable of one Node.js version, as the root `postinstall` put it into `e2e/runtimes`. */
export function nodeExecutable(major: NodeMajor): string {
  const windows = process.platform === 'win32';
  const name = `node${major}-${windows ? 'win' : process.platform}-${process.arch}`;
  const modules = fileURLToPath(new URL('../runtimes/node_modules', import.meta.url));
  const path = join(modules, name, 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(path)) {
    throw new Error(`Node.js ${major} is not installed (${name}): run \`npm ci --prefix e2e/runtimes\``);
  }
  return path;
}
