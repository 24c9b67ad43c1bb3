import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

const require = createRequire(import.meta.url);
let engine: typeof RE2JS | undefined;

/**
 * Gives the engine of regular expressions. RE2's matching takes time linear in the text, whatever the expression, so
 * that nobody's filter can hang a reader. It is loaded with the first regular expression: 10 ms that a start without
 * one does not pay. A bundler does not see this `require`: give it this file with an import instead, or keep `re2js`
 * installed beside the bundle.
 */
export function loadEngine(): typeof RE2JS {
  engine ??= (require('re2js') as { RE2JS: typeof RE2JS }).RE2JS;
  return engine;
}
