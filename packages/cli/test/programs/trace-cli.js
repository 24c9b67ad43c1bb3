// The bundled command line, as its bin runs it.
import { createRequire } from 'node:module';

const { main } = createRequire(import.meta.url)('../../.cache/bundle/main.cjs');
process.exitCode = await main(process.argv.slice(2));
