// A service of Express with OpenTelemetry's auto-instrumentation and pino, killed with -9 in the middle of a request: what it
// was doing, and what it logged meanwhile, is read back.
import { once } from 'node:events';
import { get } from 'node:http';
import { describe, test } from 'vitest';
import type { Consumer } from '../src/consumer.ts';
import { installAlone } from '../src/installation.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { Sandbox } from '../src/sandbox.ts';

const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/auto-instrumentations-node',
  '@opentelemetry/sdk-node',
  '@tracebuf/cli',
  '@tracebuf/otel-exporter',
  '@tracebuf/pino-transport',
  'express',
  'pino',
];

/** Answers one kind of request, and never answers the other. */
const SERVICE = `
logger.info('starting');
const app = express();
app.get('/quick', (request, response) => {
  logger.info('quick request');
  response.end('done');
});
app.get('/slow/:id', (request) => {
  logger.info({ id: request.params.id }, 'looking up the order');
  logger.error('the database does not answer');
  process.stdout.write('in the request\\n');
});
const server = app.listen(0, '127.0.0.1', () => process.stdout.write('port ' + server.address().port + '\\n'));
`;

const PROGRAMS = {
  'service.mjs': `import express from 'express';
import { pino } from 'pino';
import { traceBuffer } from '@tracebuf/pino-transport';
const logger = pino(traceBuffer({ name: 'web' }));
${SERVICE}`,
  'service.cjs': `const express = require('express');
const { pino } = require('pino');
const { traceBuffer } = require('@tracebuf/pino-transport');
const logger = pino(traceBuffer({ name: 'web' }));
${SERVICE}`,
} as const;

/** A span, as `show spans --json` prints it. */
interface PrintedSpan {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly logs: readonly { readonly message: string; readonly level: string }[];
}

let installed: Consumer | undefined;
const consumer = (): Consumer => {
  installed ??= installAlone('open-request', PACKAGES);
  return installed;
};

describe('trace-cli show spans shows the request in which a service was killed, and its log lines', () => {
  for (const [program, source] of Object.entries(PROGRAMS)) {
    test.for(NODE_MAJORS)(`${program} on Node %i`, async (major, { expect, onTestFinished }) => {
      const programs = consumer();
      const sandbox = new Sandbox(programs, major, onTestFinished);
      const path = programs.write(program, source);
      const child = sandbox.start(['--import', '@tracebuf/otel-exporter/register', path], {
        OTEL_SERVICE_NAME: 'orders',
        OTEL_NODE_RESOURCE_DETECTORS: 'env',
        OTEL_METRICS_EXPORTER: 'none',
      });
      let said = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      const until = async (pattern: RegExp): Promise<string> => {
        await expect.poll(() => said, { timeout: 60_000 }).toMatch(pattern);
        return pattern.exec(said)?.[1] ?? '';
      };
      const port = await until(/port (\d+)/);
      await request(`http://127.0.0.1:${port}/quick`);
      request(`http://127.0.0.1:${port}/slow/4711`).catch(() => undefined);
      await until(/in the request/);
      child.kill('SIGKILL');
      await once(child, 'close');
      // Also of how modules that are imported are instrumented.
      expect(said).not.toContain('Warning');

      const { code, stdout, stderr } = await sandbox.traceCli(
        'show',
        'spans',
        'all',
        '--unfinished',
        '--logs',
        '--json',
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const spans = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as PrintedSpan);
      const server = spans.find(({ kind }) => kind === 'server');
      expect(server).toMatchObject({ state: 'unfinished', resource: { 'service.name': 'orders' } });
      expect(JSON.stringify(server?.attributes)).toContain('/slow/4711');
      expect(spans.every(({ state }) => state === 'unfinished' || state === 'ended')).toBe(true);
      // Imported or required, not only what is built in is instrumented.
      expect(spans.map(({ name }) => name)).toContain('request handler - /slow/:id');
      const logs = spans.flatMap((span) => span.logs);
      expect(logs.map(({ level, message }) => `${level} ${message}`)).toEqual([
        'info looking up the order',
        'error the database does not answer',
      ]);
      const all = await sandbox.traceCli('show', 'spans', 'all', '--logs');
      expect(all.stdout).toContain('quick request');
      expect(all.stdout).toContain('UNFINISHED');
    });
  }
});

async function request(url: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    get(url, (response) => {
      response.resume();
      response.on('end', resolve);
    }).on('error', reject);
  });
}
