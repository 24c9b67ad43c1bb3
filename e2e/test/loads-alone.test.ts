// Each package in a folder of its own: what it needs and does not declare is not there.
import { describe, test } from 'vitest';
import { installAlone, packedPackages } from '../src/installation.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { Sandbox } from '../src/sandbox.ts';

describe('a package that is installed alone', () => {
  for (const { manifest } of packedPackages()) {
    const { name, exports: entries = {}, peerDependencies = {} } = manifest;
    const entryPoints = Object.keys(entries).filter((path) => path !== './package.json');
    if (entryPoints.length === 0) continue;

    test.concurrent(`${name} loads with import and require`, async ({ expect, onTestFinished }) => {
      const alone = installAlone(name.replace('/', '-'), [name, ...Object.keys(peerDependencies)]);
      for (const path of entryPoints) {
        const specifier = JSON.stringify(name + path.slice(1));
        const body = `console.log(Object.keys(module).includes('default') ? 'has a default' : typeof Object.keys(module)[0]);`;
        alone.write('import.mjs', `import * as module from ${specifier};\n${body}`);
        alone.write('require.cjs', `{ const module = require(${specifier});\n${body} }`);
        for (const major of NODE_MAJORS) {
          const sandbox = new Sandbox(alone, major, onTestFinished);
          const imported = await sandbox.node('import.mjs');
          expect(imported, `${specifier} on Node ${major}`).toMatchObject({ code: 0, stderr: '' });
          expect(imported.stdout).not.toBe('undefined\n');
          expect(await sandbox.node('require.cjs'), `${specifier} on Node ${major}`).toEqual(imported);
        }
      }
    });
  }
});
