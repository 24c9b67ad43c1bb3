// Runs one contender: node contender-process.ts <URL of a module> <name of a function in its `contenders`>
//
// Prints "ready" once it is warm; then for each line on standard input runs one batch and answers with
// "<operations> <CPU ns>". The C program in ../lttng speaks the same protocol.
import { createInterface } from 'node:readline';
import { BATCH_MS, type Contender, WARM_UP_MS } from './contender.ts';

const BATCH_NS = BATCH_MS * 1e6;

const [, , module = '', name = ''] = process.argv;
const { contenders } = (await import(module)) as {
  readonly contenders: Readonly<Record<string, () => Contender | Promise<Contender>>>;
};
const make = contenders[name];
if (make === undefined) throw new Error(`${module} has no contender "${name}"`);
const contender = await make();

/** Nanoseconds of processor time that the process has used, on all its threads. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Finds out how many operations make a batch, while V8 finds out how to do them fast. */
async function warmUp(): Promise<number> {
  let operations = 100;
  const start = cpuTime();
  do {
    const before = cpuTime();
    await contender.run(operations);
    const took = cpuTime() - before;
    contender.rest?.();
    // By at most four times: the first batches of cold code say little about how long the next will take.
    operations = Math.ceil(operations * Math.min(4, BATCH_NS / took));
  } while (cpuTime() - start < WARM_UP_MS * 1e6);
  return operations;
}

const operations = await warmUp();
process.stdout.write('ready\n');
for await (const _ of createInterface({ input: process.stdin })) {
  const before = cpuTime();
  const finished = contender.run(operations);
  // A batch that is over already must not pay for a turn of the event loop.
  if (finished !== undefined) await finished;
  process.stdout.write(`${operations} ${cpuTime() - before}\n`);
  contender.rest?.();
}
