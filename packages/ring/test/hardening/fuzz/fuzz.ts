// Reads mutated ring files for a while. Arguments, each with a default: directory of the corpus, directory to work in, --seconds or
// --minutes N, --seed N. The input at work lies in `current.ring` there, so that one that crashes or hangs is kept.
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TracebufError } from '../../../src/errors.ts';
import { balances, readForeign } from '../fixtures/foreign-process.ts';
import { mutate, randomOf } from './mutate.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
  },
});
const [
  corpus = join(import.meta.dirname, '../corpus'),
  directory = mkdtempSync(join(tmpdir(), 'tracebuf-fuzz-')),
] = positionals;
const seconds = Number(values.seconds ?? Number(values.minutes ?? 1) * 60);
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const current = join(directory, 'current.ring');
/** Milliseconds that one file may take. */
const CEILING = 2000;
const RSS_CEILING = 1024 * 1024 * 1024;

function check(bytes: Buffer): void {
  writeFileSync(current, bytes);
  const cpu = process.cpuUsage();
  const { records, counts, problems } = readForeign(current);
  const { user, system } = process.cpuUsage(cpu);
  if ((user + system) / 1000 > CEILING) throw new Error(`It took ${(user + system) / 1000} ms.`);
  for (const { error } of problems) if (!(error instanceof TracebufError)) throw error;
  if (counts !== undefined && !balances(counts)) throw new Error(`R4: ${JSON.stringify(counts)}`);
  if (records.length > bytes.length / 24)
    throw new Error(`${records.length} records in ${bytes.length} bytes`);
}

const inputs = readdirSync(corpus).map((name) => readFileSync(join(corpus, name)));
for (const input of inputs) check(input);
process.stdout.write(`seed ${seed}, at work in ${current}\n`);
const random = randomOf(seed);
const started = performance.now();
let files = 0;
while (performance.now() - started < seconds * 1000) {
  const original = inputs[random(inputs.length)];
  if (original !== undefined) check(mutate(original, random));
  files++;
  if (files % 1000 === 0 && process.memoryUsage.rss() > RSS_CEILING)
    throw new Error('It takes too much memory.');
}
process.stdout.write(
  `seed ${seed}: ${files} files after ${inputs.length} of the corpus, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB\n`,
);
