import { join } from 'node:path';
import { rolldown } from 'rolldown';

const PACKAGE = join(import.meta.dirname, '..', '..');

/**
 * Bundles programs of `fixtures` to a file each, so that they start five times as fast as from source: some tests start
 * hundreds of them.
 *
 * @param names Of files, without extension.
 * @returns The paths of the bundles, in the same order.
 */
export async function bundlePrograms(...names: readonly string[]): Promise<string[]> {
  // Not in a temporary directory: what is not bundled is found from here. Each test has its own.
  const directory = join(PACKAGE, '.cache', 'programs', names.join('-'));
  const bundle = await rolldown({
    cwd: PACKAGE,
    input: Object.fromEntries(names.map((name) => [name, join('test', 'fixtures', `${name}.ts`)])),
    platform: 'node',
    resolve: { conditionNames: ['@tracebuf/source', 'node', 'import'] },
    external: ['koffi', 'zod/mini'],
  });
  await bundle.write({ dir: directory, format: 'esm', entryFileNames: '[name].js' });
  await bundle.close();
  return names.map((name) => join(directory, `${name}.js`));
}
