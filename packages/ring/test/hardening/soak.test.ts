import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HashedTextMaker, readHashedText } from '../../soak/hashed-text.ts';
import { RecordCheck } from '../../soak/record-check.ts';
import { newTally } from '../../soak/tally.ts';
import type { TraceRecord } from '../../src/record.ts';
import { environment } from '../support/registry.ts';
import { newTraceDirectory } from '../support/trace-directory.ts';

interface SoakRun {
  readonly code: number | null;
  readonly output: string;
  /** Directories that it has left. */
  readonly left: readonly string[];
}

/** Runs a soak to its end; interrupts it when it has printed something, where told to. */
async function soak(args: readonly string[], interruptAfter?: number): Promise<SoakRun> {
  const directory = newTraceDirectory();
  const script = join(import.meta.dirname, '../../soak/soak.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=@tracebuf/source', script, '--directory', directory, ...args],
    {
      env: environment({}),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const timer = setTimeout(() => child.kill('SIGTERM'), 150_000);
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  if (interruptAfter !== undefined) {
    // Its directory appears when it has begun.
    while (readdirSync(directory).length === 0) await sleep(20);
    await sleep(interruptAfter);
    child.kill('SIGINT');
  }
  const code = await closed;
  clearTimeout(timer);
  return { code, output, left: readdirSync(directory) };
}

describe('a soak', () => {
  test('of a few kills finds nothing missing, torn, out of order or out of balance, and leaves nothing behind', {
    timeout: 600_000,
  }, async () => {
    const { code, output, left } = await soak(['--kills', '9', '--writers', '2']);
    expect(output).toMatch(/^kills 9 \(1 at a random instant of the start\)/m);
    expect(output).toMatch(/^records acknowledged [1-9]/m);
    expect(output).toContain('missing 0, torn 0, out of order 0, unbalanced 0');
    expect(code, output).toBe(0);
    expect(left).toEqual([]);
  });

  test('that is interrupted ends at once and leaves nothing behind', { timeout: 600_000 }, async () => {
    const { code, output, left } = await soak(['--minutes', '5', '--writers', '1'], 500);
    expect(output).toContain('SIGINT: stopping');
    expect(output).not.toContain('FAULT');
    expect(code, output).toBe(130);
    expect(left).toEqual([]);
  });
});

describe('what a soak looks at', () => {
  const texts = new HashedTextMaker('m', 5, 80);
  const record = (seq: number, more: Partial<TraceRecord> = {}): TraceRecord => ({
    time: 1,
    process: 'p',
    pid: 1,
    thread: 0,
    buffer: 'soak',
    seq,
    level: 'info',
    severity: 30,
    kind: 'log',
    message: texts.text(seq),
    ...more,
  });
  const lost = (seq: number, count: number): TraceRecord => record(seq, { kind: 'lost', count });

  /** What is found wrong with records. */
  function found(...records: TraceRecord[]): string[] {
    const faults: string[] = [];
    const check = new RecordCheck(newTally(), (kind) => faults.push(kind));
    check.check(records);
    check.end();
    return faults;
  }

  test('may be of any number and start anywhere', () => {
    expect(found(record(7), record(8), lost(9, 11), record(20))).toEqual([]);
    for (let number = 1; number < 500; number++) {
      expect(readHashedText(texts.text(number))).toEqual({ role: 'm', number });
    }
  });

  test('is torn where any character of it is another, or it is another record', () => {
    const text = texts.text(41);
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === '0' ? '1' : '0';
      const message = text.slice(0, at) + other + text.slice(at + 1);
      expect(found(record(41, { message })), message).toEqual(['torn']);
    }
    expect(found(record(41, { message: text.slice(0, -1) }))).toEqual(['torn']);
    expect(found(record(41, { message: texts.text(42) }))).toEqual(['torn']);
    expect(found(record(41, { severity: 50 }))).toEqual(['torn']);
  });

  test('is out of order where it goes back, or where a gap and its announcement differ', () => {
    expect(found(record(2), record(1))).toEqual(['disordered']);
    expect(found(record(2), record(2))).toEqual(['disordered']);
    expect(found(record(2), record(4))).toEqual(['disordered']);
    expect(found(record(2), lost(3, 1), record(5))).toEqual(['disordered', 'disordered']);
    expect(found(record(2), lost(3, 1), record(3))).toEqual(['disordered']);
  });
});
