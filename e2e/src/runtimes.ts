import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The Node.js major versions the packages promise to run on. */
export const NODE_MAJORS = [22, 24, 26] as const;

/** One of the supported Node.js major versions. */
export type NodeMajor = (typeof NODE_MAJORS)[number];

/** The version that the workspace itself carries and runs on. */
const CARRIED: NodeMajor = 26;

/**
 * Path of the executable of one Node.js version: the carried one from the root, the older ones as the root
 * `postinstall` put them into `e2e/runtimes`.
 */
export function nodeExecutable(major: NodeMajor): string {
  const windows = process.platform === 'win32';
  const platform = `${windows ? 'win' : process.platform}-${process.arch}`;
  const binary = join('bin', windows ? 'node.exe' : 'node');
  const candidates =
    major === CARRIED
      ? [`../../node_modules/node-${platform}`, `../../node_modules/node-bin-${platform}`]
      : [`../runtimes/node_modules/node${major}-${platform}`];
  const found = candidates.map((folder) => join(import.meta.dirname, folder, binary)).find(existsSync);
  if (found === undefined) {
    throw new Error(`Node.js ${major} for ${platform} is not installed: run \`npm ci\` in the root`);
  }
  return found;
}
