import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

describe('standard output', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => await sandbox.dispose());

  const many = { buffers: { mybuf: 1 << 20 }, records: [['mybuf', 'x'.repeat(100)]], repeat: 5000 } as const;

  test('that nobody reads any more ends the program quietly', async () => {
    await sandbox.writer('wait', many);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
    const line = '$TRACE_CLI show trace web all | head -n 1; echo "codes ${PIPESTATUS[@]}"';
    const { stdout, stderr } = sandbox.shell(line);
    expect(stdout).toMatch(/ x+\ncodes 0 0\n$/);
    expect(stderr).toBe('');
  });

  test('that nobody reads any more ends a follower too', async () => {
    await sandbox.writer('tick');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
    const line = '$TRACE_CLI show trace web all -f | head -n 2; echo "codes ${PIPESTATUS[@]}"';
    const { stdout, stderr } = sandbox.shell(line);
    expect(stdout).toMatch(/tick \d+\n.*tick \d+\ncodes 0 0\n$/);
    expect(stderr).toBe('');
  });

  test.skipIf(!existsSync('/dev/full'))(
    'that is full is an error (skipped where there is no /dev/full)',
    async () => {
      await sandbox.writer('wait', many);
      const { code, stderr } = sandbox.shell('$TRACE_CLI show trace web all > /dev/full');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^trace-cli: Cannot write to standard output: .*ENOSPC.*\n$/);
    },
  );

  test('that is closed, and closed standard error, do no harm', async () => {
    await sandbox.writer('wait', { records: [['mybuf', 'x']] });
    expect(sandbox.shell('$TRACE_CLI show trace web all >&-').code).toBeLessThanOrEqual(1);
    expect(sandbox.shell('$TRACE_CLI show trace nothing all 2>&-').code).toBe(3);
    expect(sandbox.shell('$TRACE_CLI show trace nothing all 2>/dev/full').code).toBe(3);
  });
});
