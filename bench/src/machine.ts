import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** What the figures were measured on. */
export function describeMachine(): readonly (readonly [what: string, value: string])[] {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return [
    ['processor', `${model}, ${availableParallelism()} to run on, ${process.arch}`],
    ['memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['system', `${type()} ${release()}`],
    ['Node.js', `${process.version}, V8 ${process.versions.v8}`],
    ['date', new Date().toISOString().slice(0, 10)],
  ];
}
