// The command line, telling on standard error which decoders it loaded, and whether the native library.
import { createRequire } from 'node:module';
import { basename } from 'node:path';

const require = createRequire(import.meta.url);
const { main } = require('../../.cache/bundle/main.cjs');
process.exitCode = await main(process.argv.slice(2));
const loaded = Object.keys(require.cache);
const names = loaded.map((path) => /^(decoder-[\w-]+)\.cjs$/.exec(basename(path))?.[1]).filter(Boolean);
if (loaded.some((path) => path.includes('koffi'))) names.push('koffi');
process.stderr.write(`loaded: ${names.join(' ')}\n`);
