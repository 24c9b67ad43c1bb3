import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { Recorder } from '../src/recorder.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { expectSound } from './support/books.ts';
import { bundlePrograms } from './support/bundled-programs.ts';
import { useDirectories } from './support/directories.ts';

const WORKERS = 24;
const PATIENCE = 200_000;

test('the records of workers that came and went unseen are counted as lost, exactly', {
  timeout: PATIENCE,
}, async () => {
  const { database: path } = useDirectories();
  const [workers = ''] = await bundlePrograms('workers');
  const program = spawn(process.execPath, [workers, String(WORKERS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  const lines = createInterface({ input: program.stdout });
  const appended = (): { stored: number; lost: number; appended: number } => {
    const database = openTraceDatabase(path, { mode: 'read' });
    const books = expectSound(database);
    database.close();
    const sum = (key: 'stored' | 'lost' | 'position'): number =>
      books.reduce((total, ring) => total + ring[key], 0);
    return { stored: sum('stored'), lost: sum('lost'), appended: sum('position') };
  };

  // Before anybody reads: more workers than rings are kept.
  await once(lines, 'line');
  let recorder = new Recorder(path);
  recorder.round();
  expect(appended().appended).toBe(2 * WORKERS);
  expect(recorder.totals.lost).toBeGreaterThan(0);

  // While somebody reads, and stops, and another one goes on.
  for (let times = 2; times <= 3; times++) {
    program.stdin.write('more\n');
    const done = once(lines, 'line');
    let isDone = false;
    void done.then(() => (isDone = true));
    while (!isDone) {
      recorder.round(true);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    recorder.close();
    recorder = new Recorder(path);
    recorder.round(true);
    expect(appended().appended).toBe(2 * WORKERS * times);
  }

  // To the end of the program, which a kill ends.
  program.kill('SIGKILL');
  await once(program, 'exit');
  recorder.close();
  const { stored, lost, appended: all } = appended();
  expect(all).toBe(6 * WORKERS);
  expect(stored + lost).toBe(all);
});
