import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

/** Overwrites one ring of a process that has two. @returns Its path. */
async function damageRing(): Promise<string> {
  await sandbox.writer('end', {
    buffers: { broken: 8192, sound: 8192 },
    records: [
      ['broken', 'gone'],
      ['sound', 'still here'],
    ],
  });
  const root = sandbox.env.TRACEBUF_DIR ?? '';
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const ring = files.find((name) => name.endsWith('broken.0.ring'));
  const path = join(root, ring ?? '');
  writeFileSync(path, Buffer.alloc(8192, 0x5a));
  return path;
}

test('whoever reads buffers shows what is sound, and tells which ring could not be read', async () => {
  const path = await damageRing();
  for (const line of [
    'show trace all all',
    'view all',
    'query  all',
    'query  web --count',
    'export --format jsonl',
    'export web --format csv',
    'export all --format otlp-json',
    'dump trace all all --format jsonl',
    'record --once --db a.sqlite',
  ]) {
    const { code, stdout, stderr } = sandbox.run(line.split(' '));
    expect(code, line).toBe(1);
    expect(stderr, line).toContain(path);
    if (/^(?:show|view|export)/.test(line)) expect(stdout, line).toContain('still here');
  }
});
