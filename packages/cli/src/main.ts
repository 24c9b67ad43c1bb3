import { readFileSync } from 'node:fs';

/** Runs `trace-cli` with the arguments after the program name; answers the exit code. */
export async function main(_args: readonly string[]): Promise<number> {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { version } = manifest as { version: string };
  process.stdout.write(`${version}\n`);
  return 0;
}
