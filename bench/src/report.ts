import { type Comparison, type Measurement, reaches } from './comparison.ts';
import { describeMachine } from './machine.ts';

/** A row of the table: what was measured, or why it was not. */
export type Row =
  | { readonly comparison: Comparison; readonly measurement: Measurement }
  | { readonly comparison: Comparison; readonly missing: string };

/** Headings, and their widths on the terminal; the last column takes what it needs. */
const COLUMNS = [
  ['name', 22],
  ['result', 16],
  ['bar', 15],
  ['reached', 8],
  ['least to greatest', 18],
  ['figures', 0],
] as const;

/** The headings of the table on the terminal. */
export function heading(): string {
  return aligned(COLUMNS.map(([name]) => name));
}

/** A row of the table on the terminal. */
export function line(row: Row): string {
  return aligned([row.comparison.name, ...cells(row)]);
}

/** The whole report in Markdown. */
export function markdown(rows: readonly Row[]): string {
  const table = rows.map((row) => [`**${row.comparison.name}**: ${row.comparison.what}`, ...cells(row)]);
  return `# Results

What \`npm run bench\` measured; [README.md](README.md) says how.

${describeMachine()
  .map(([what, value]) => `- ${what}: ${value}`)
  .join('\n')}

| what | ${COLUMNS.slice(1)
    .map(([name]) => name)
    .join(' | ')} |
|${' --- |'.repeat(COLUMNS.length)}
${table.map((row) => `| ${row.map(escaped).join(' | ')} |`).join('\n')}
`;
}

function aligned(row: readonly string[]): string {
  return row.map((cell, index) => cell.padEnd(COLUMNS[index]?.[1] ?? 0)).join(' ');
}

function cells(row: Row): readonly string[] {
  const { bar, unit } = row.comparison;
  const goal =
    bar === undefined ? '' : `${bar.kind === 'at most' ? '≤' : '≥'} ${bar.value.toLocaleString('en')}${unit}`;
  if ('missing' in row) return ['not measured', goal, '', '', row.missing];
  const { value, spread, detail }: Measurement = row.measurement;
  return [
    `${shown(value)}${unit}`,
    goal,
    bar === undefined ? '' : reaches(value, bar) ? 'yes' : 'NO',
    spread === undefined ? '' : `${shown(spread[0])} to ${shown(spread[1])}`,
    detail,
  ];
}

function shown(value: number): string {
  const digits = Math.abs(value) < 100 ? 2 : 0;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
