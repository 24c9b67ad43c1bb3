// Builds dist, which bin/trace-cli.cjs starts.
import { join } from 'node:path';
import { bundleTo } from './bundle.ts';

const { files, bytes } = await bundleTo(join(import.meta.dirname, 'dist'));
console.log(`${files} files, ${Math.round(bytes / 1024)} KiB`);
