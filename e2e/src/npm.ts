import { execFileSync } from 'node:child_process';

/** A blocking call is not stopped by vitest's timeouts, so it needs one of its own. */
const TIMEOUT_MS = 120_000;

/**
 * Runs npm in a folder and answers what it printed. Settings that the surrounding `npm test` hands down in the
 * environment are dropped, as they belong to the workspace; the cache stays, since `npm ci` of the root has filled it.
 */
export function npm(args: readonly string[], cwd: string): string {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_/i.test(name) || /^npm_config_(cache|userconfig|globalconfig)$/i.test(name),
  );
  const env = { ...Object.fromEntries(inherited), npm_config_loglevel: 'error' };
  // On Windows npm is a .cmd file, which only a shell starts; npm itself names its script, so that none is needed.
  const script = process.env.npm_execpath;
  const [file, ...first] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  return execFileSync(file, [...first, ...args], { cwd, env, encoding: 'utf8', timeout: TIMEOUT_MS });
}
