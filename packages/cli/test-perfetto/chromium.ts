// Runs the trace engine of Chromium's DevTools, what its Performance panel loads files with; see run.ts.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => `/usr/bin/${name}`)
  .find((path) => existsSync(path));
const PATIENCE_MS = 120_000;
const ENGINE = 'devtools://devtools/bundled/models/trace/trace.js';

/** Says that there is no Chromium and ends with 0 where that is so. @returns Its version. */
export function needChromium(): string {
  if (CHROMIUM !== undefined)
    return execFileSync(CHROMIUM, ['--version'], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  console.log(
    'SKIPPED: there is no Chromium on this machine; on Debian: apt-get install --no-install-recommends chromium',
  );
  process.exit(0);
}

/** A slice that the engine has found. */
export interface FoundSlice {
  readonly name: string;
  /** In microseconds. */
  readonly ts: number;
  readonly dur: number;
  /** How many slices it is inside of. */
  readonly depth: number;
}

/** A thread that the engine has found. */
export interface FoundThread {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly slices: readonly FoundSlice[];
}

/** What the engine makes of a file. */
export interface FoundTrace {
  readonly events: number;
  readonly processes: readonly string[];
  readonly threads: readonly FoundThread[];
}

/** In the browser. The engine takes any trace that is none of Chromium's own for a generic one: threads with slices. */
const LOAD = `(async (json) => {
  const { TraceModel } = await import('${ENGINE}');
  const model = TraceModel.Model.createWithAllHandlers();
  await model.parse(JSON.parse(json).traceEvents, {});
  const { traceEvents, data } = model.parsedTrace(0);
  const threads = [];
  for (const [pid, { threads: found }] of data.Renderer.processes) {
    for (const [tid, { name, tree }] of found) {
      const slices = [];
      const visit = (node, depth) => {
        if (node.entry.ph === 'X')
          slices.push({ name: node.entry.name, ts: node.entry.ts, dur: node.entry.dur ?? 0, depth });
        for (const child of node.children) visit(child, depth + 1);
      };
      for (const root of tree?.roots ?? []) visit(root, 0);
      threads.push({ pid, tid, name, slices });
    }
  }
  const processes = [...data.Meta.processNames.values()].map(({ args }) => args.name);
  return JSON.stringify({ events: traceEvents.length, processes, threads });
})`;

/**
 * Loads a file of the trace event format.
 *
 * @param json Its text.
 */
export async function loadTrace(json: string): Promise<FoundTrace> {
  const profile = mkdtempSync(join(tmpdir(), 'tracebuf-chromium-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
  ];
  const browser = spawn(
    CHROMIUM ?? '',
    [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], timeout: PATIENCE_MS, killSignal: 'SIGKILL', detached: true },
  );
  try {
    const connection = await Connection.open(await debuggerOf(browser));
    const { targetId } = await connection.send<{ targetId: string }>('Target.createTarget', {
      url: 'devtools://devtools/bundled/devtools_app.html',
    });
    const { sessionId } = await connection.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const answer = await connection.send<{
      readonly result: { readonly value?: string };
      readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
    }>(
      'Runtime.evaluate',
      { expression: `${LOAD}(${JSON.stringify(json)})`, awaitPromise: true, returnByValue: true },
      sessionId,
    );
    const { value } = answer.result;
    if (value === undefined) throw new Error(answer.exceptionDetails?.exception?.description ?? 'no answer');
    return JSON.parse(value) as FoundTrace;
  } finally {
    await end(browser);
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Where the browser is to be spoken to, as it says on standard error. */
async function debuggerOf(browser: ChildProcess): Promise<string> {
  let said = '';
  browser.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  for (let waited = 0; waited < PATIENCE_MS && browser.exitCode === null; waited += 50) {
    const url = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
    if (url !== undefined) return url;
    await sleep(50);
  }
  throw new Error(`Chromium did not start: ${said}`);
}

/** Its helpers are in its process group. */
async function end(browser: ChildProcess): Promise<void> {
  if (browser.pid === undefined || browser.exitCode !== null || browser.signalCode !== null) return;
  const ended = once(browser, 'exit');
  process.kill(-browser.pid, 'SIGKILL');
  await ended;
}

/** The Chrome DevTools Protocol, over the WebSocket that Node brings. */
class Connection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  static async open(url: string): Promise<Connection> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error(`no connection to ${url}`)));
    });
    return new Connection(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = JSON.parse(String(data)) as {
        readonly id?: number;
        readonly result?: unknown;
        readonly error?: { readonly message: string };
      };
      const waiting = this.#waiting.get(id ?? 0);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error.message));
    });
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Chromium has ended'));
    });
  }

  async send<T>(method: string, params: object, sessionId?: string): Promise<T> {
    const id = ++this.#last;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return (await answer.promise) as T;
  }
}
