import { expect, test } from 'vitest';
import { packageName } from '../src/index.ts';

test('knows its own name', () => {
  expect(packageName).toBe('@tracebuf/winston-transport');
});
