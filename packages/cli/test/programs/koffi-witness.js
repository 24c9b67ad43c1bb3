// The command line, telling on standard error whether it loaded the native library.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { main } = require('../../.cache/bundle/main.cjs');
process.exitCode = await main(process.argv.slice(2));
const loaded = Object.keys(require.cache).some((path) => path.includes('koffi'));
process.stderr.write(loaded ? 'koffi was loaded\n' : 'koffi was not loaded\n');
