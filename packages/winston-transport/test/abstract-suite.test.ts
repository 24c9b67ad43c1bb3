import { createRequire } from 'node:module';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import './trace-directory.ts';
import { TraceBufferTransport } from '../src/index.ts';

/*
 * The suite that winston's own transports run. It was written for mocha, so its globals are lent to it while it
 * declares its tests; its `afterEach` and `after` do nothing without an option of ours. Tests that take mocha's
 * `done` are given one. Its parts on query and stream are empty files as published: query.test.ts and
 * stream.test.ts compare with winston's file transport instead.
 */
type Body = (done?: (error?: unknown) => void) => unknown;

let declared = 0;

const withDone = (body: Body) => () =>
  body.length === 0
    ? body()
    : new Promise<void>((resolve, reject) => {
        body((error) => (error === undefined ? resolve() : reject(error)));
      });

const lent: Record<string, unknown> = {
  describe,
  it: (name: string, body: Body) => {
    declared++;
    it(name, withDone(body));
  },
  beforeEach: (body: Body) => beforeEach(withDone(body)),
  afterEach: () => undefined,
  after: () => undefined,
};

// For good: the bodies of `describe` run later, and this file is a process of its own.
Object.assign(globalThis, lent);
const suite = createRequire(import.meta.url)('abstract-winston-transport') as (options: object) => void;
suite({ name: 'TraceBuffer', Transport: TraceBufferTransport, construct: { name: 'abstract', size: 65536 } });

afterAll(() => expect(declared).toBe(4));
