import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleTo } from '../bundle.ts';

/** The tests run what is published, not the sources: it starts five times as fast, and a fault of the bundle shows. */
export default async function bundle(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  await bundleTo(join(root, '.cache', 'bundle'));
  // Beside the bundle's folder, as in the package.
  copyFileSync(join(root, 'package.json'), join(root, '.cache', 'package.json'));
}
