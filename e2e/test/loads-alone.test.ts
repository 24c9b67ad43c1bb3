// Each package in a folder of its own: what it needs and does not declare is not there.
import { describe, test } from 'vitest';
import { installAlone, packedPackages } from '../src/installation.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { Sandbox } from '../src/sandbox.ts';

describe('a package that is installed alone', () => {
  for (const { manifest } of packedPackages()) {
    const { name, exports: entries = {}, peerDependencies = {} } = manifest;
    const all = Object.keys(entries).filter((path) => path !== './package.json');
    // What is there for `node --import` exports nothing, and says what it lacks.
    const registers = all.filter((path) => path.endsWith('/register'));
    const entryPoints = all.filter((path) => !registers.includes(path));
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
      for (const path of registers) {
        alone.write('program.mjs', `console.log('runs');`);
        for (const major of NODE_MAJORS) {
          const sandbox = new Sandbox(alone, major, onTestFinished);
          const { code, stdout, stderr } = await sandbox.node(
            '--import',
            name + path.slice(1),
            'program.mjs',
          );
          expect({ code, stdout }).toEqual({ code: 0, stdout: 'runs\n' });
          expect(stderr).toContain('is not installed, so nothing is traced');
        }
      }
    });
  }
});
