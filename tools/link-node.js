// npm 10 and 11.0 delete node_modules/.bin/node again when they discard the Node packages of foreign platforms.
// This puts the link back, so that every script of the workspace runs on the Node that the lockfile carries.
// Plain JavaScript: it runs on whatever Node npm itself runs on.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const binary = join('bin', process.platform === 'win32' ? 'node.exe' : 'node');
const carried = [`node-${platform}`, `node-bin-${platform}`]
  .map((name) => join(modules, name, binary))
  .find((path) => existsSync(path));

if (carried === undefined) {
  console.error(`No Node.js is carried for ${platform}; the one of this machine is used.`);
} else {
  const bin = join(modules, '.bin');
  const target = relative(bin, carried);
  mkdirSync(bin, { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync(join(bin, 'node.cmd'), `@"%~dp0${target}" %*\r\n`);
  } else {
    rmSync(join(bin, 'node'), { force: true });
    symlinkSync(target, join(bin, 'node'));
    chmodSync(carried, 0o755);
  }
}
