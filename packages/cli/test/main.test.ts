import { expect, test, vi } from 'vitest';
import { main } from '../src/main.ts';

test('prints its version', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await main(['--version'])).toBe(0);
  expect(write).toHaveBeenCalledWith(expect.stringMatching(/^\d+\.\d+\.\d+\n$/));
  write.mockRestore();
});
