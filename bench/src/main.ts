// npm run bench [-- [--only <name>]… [--quick]]: measures, prints a table and writes it to RESULTS.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CannotMeasure, type Comparison, type Effort } from './comparison.ts';
import { comparisons } from './comparisons.ts';
import { describeMachine } from './machine.ts';
import { heading, line, markdown, type Row } from './report.ts';
import { makeScratch } from './scratch.ts';

const FULL: Effort = { generations: 5, rounds: 60 };
const QUICK: Effort = { generations: 2, rounds: 20 };

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
  },
});
const names = comparisons.map(({ name }) => name);
const unknown = values.only?.filter((name) => !names.includes(name)) ?? [];

if (unknown.length > 0) {
  console.error(`There is no comparison "${unknown[0]}"; use one of: ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  const removeScratch = makeScratch();
  // Ctrl-C must not leave the scratch directory behind; children see the signal too, or the end of their input.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => process.exit(130));
  }
  process.once('exit', removeScratch);
  await run(
    comparisons.filter(({ name }) => values.only?.includes(name) ?? true),
    values.quick ? QUICK : FULL,
  );
}

async function run(chosen: readonly Comparison[], effort: Effort): Promise<void> {
  for (const [what, value] of describeMachine()) console.log(`${what}: ${value}`);
  console.log(`\n${heading()}`);
  const rows: Row[] = [];
  for (const comparison of chosen) {
    const row = await measured(comparison, effort);
    rows.push(row);
    console.log(line(row));
  }
  // Only a whole, careful run is a result.
  if (chosen.length < comparisons.length || effort !== FULL) return;
  const results = new URL('../RESULTS.md', import.meta.url);
  writeFileSync(results, markdown(rows));
  console.log('\nWritten to bench/RESULTS.md');
}

async function measured(comparison: Comparison, effort: Effort): Promise<Row> {
  try {
    return { comparison, measurement: await comparison.measure(effort) };
  } catch (error) {
    // One row less is no reason to lose the others, nor to keep quiet about it.
    if (!(error instanceof CannotMeasure)) process.exitCode = 1;
    return { comparison, missing: error instanceof Error ? error.message : String(error) };
  }
}
