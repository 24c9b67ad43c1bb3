import type { RaisedIncident, Sandbox } from './sandbox.ts';

/** Incidents of every kind: what passes the factory's filter, what the thresholds hold back, and what debug mode does. */
export const INCIDENTS: readonly RaisedIncident[] = [
  ['InBPDU.Drop', '1:5', 'malformed'],
  ['InBPDU.Mismatch', '10.0.0.1', 'age'],
  ['InBPDU.Ign', 'a', 'b'],
  ['System.Fail'],
  ['System.Odd'],
  ['Login', 'admin'],
];

/** What a command line that must succeed prints. */
export function output(sandbox: Sandbox, line: string | readonly string[]): string {
  const args = typeof line === 'string' ? line.split(' ') : line;
  const { code, stdout, stderr } = sandbox.run(args);
  if (code !== 0 || stderr !== '') throw new Error(`${args.join(' ')}: ${code} ${stderr}`);
  return stdout;
}

/** The texts of the messages that a command line shows, without time and footer. */
export function messages(sandbox: Sandbox, line: string | readonly string[]): string[] {
  const lines = output(sandbox, line).split('\n');
  return lines.filter((text) => text.includes('<')).map((text) => text.replace(/^\S+ \S+ /, ''));
}

/** What a command line prints with `--json`. */
export function objects(sandbox: Sandbox, line: string): Record<string, unknown>[] {
  const lines = output(sandbox, `${line} --json`).split('\n');
  return lines.filter((text) => text !== '').map((text) => JSON.parse(text) as Record<string, unknown>);
}
