/**
 * Starts OpenTelemetry with trace buffers as the place where spans and log records go: `node --import
 * @tracebuf/otel-exporter/register app.js`. It takes `@opentelemetry/sdk-node` from the program, and
 * `@opentelemetry/auto-instrumentations-node` where that is installed. It adds no exit handler: nothing has to be flushed.
 */
import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { diag } from '@opentelemetry/api';
import { TraceBufferLogRecordProcessor } from './log-record-processor.ts';
import { TraceBufferSpanProcessor } from './span-processor.ts';

/** What is used of `@opentelemetry/sdk-node`. */
interface SdkModule {
  readonly NodeSDK: new (configuration: object) => { start(): void };
}

/** What is used of `@opentelemetry/auto-instrumentations-node`. */
interface InstrumentationsModule {
  getNodeAutoInstrumentations(configuration: object): unknown;
}

const SDK = '@opentelemetry/sdk-node';
const INSTRUMENTATIONS = '@opentelemetry/auto-instrumentations-node';
/** Lets instrumentations see modules that are imported, not required: from a thread of its own, which Node.js 26 warns of. */
const HOOK = '@opentelemetry/instrumentation/hook.mjs';
/** The same in the thread of the program; later versions have it, for later versions of Node.js. */
const HOOK_IN_THREAD = 'import-in-the-middle/register-hooks.mjs';

/** What is used of {@link HOOK_IN_THREAD}. */
interface HookModule {
  supportsSyncHooks(): boolean;
  register(): void;
}

/** Where a program's packages are looked for: where its main script is, where it was started, where this package is. */
const places: readonly string[] = [
  process.argv[1] ?? '',
  join(process.cwd(), 'program.js'),
  import.meta.filename,
];

function load<T>(name: string): T | undefined {
  for (const place of places) {
    if (place === '') continue;
    const path = pathFrom(place, name);
    if (path !== undefined) return createRequire(place)(path) as T;
  }
  return undefined;
}

function pathFrom(place: string, name: string): string | undefined {
  try {
    return createRequire(place).resolve(name);
  } catch {
    return undefined;
  }
}

/** Loggers whose instrumentation hands on what is logged as log records, and what stores their lines in trace buffers. */
const LOGGERS = {
  '@opentelemetry/instrumentation-pino': '@tracebuf/pino-transport',
  '@opentelemetry/instrumentation-winston': '@tracebuf/winston-transport',
} as const;

/** A program that has an adapter for its logger has its lines in trace buffers already. */
function withoutDoubles(): Record<string, object> {
  const configuration: Record<string, object> = {};
  for (const [instrumentation, adapter] of Object.entries(LOGGERS)) {
    const isThere = places.some((place) => place !== '' && pathFrom(place, adapter) !== undefined);
    if (isThere) configuration[instrumentation] = { disableLogSending: true };
  }
  return configuration;
}

/** The hook belongs to the instrumentations, so it is looked for from there. */
async function registerHook(): Promise<void> {
  for (const place of places) {
    if (place === '') continue;
    const instrumentations = pathFrom(place, INSTRUMENTATIONS);
    const hook = instrumentations === undefined ? undefined : pathFrom(instrumentations, HOOK);
    // Not installed there, or without such a hook: what is required is instrumented all the same.
    if (hook === undefined) continue;
    const inThread = pathFrom(hook, HOOK_IN_THREAD);
    if (inThread === undefined || !(await registerInThread(inThread)))
      register(pathToFileURL(hook).href, import.meta.url);
    return;
  }
}

async function registerInThread(path: string): Promise<boolean> {
  const hook = (await import(pathToFileURL(path).href)) as HookModule;
  if (!hook.supportsSyncHooks()) return false;
  hook.register();
  return true;
}

async function start(): Promise<void> {
  if (process.env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return;
  const sdk = load<SdkModule>(SDK);
  if (sdk === undefined) {
    process.emitWarning(
      `"${SDK}" is not installed, so nothing is traced; install it, and "${INSTRUMENTATIONS}" for the instrumentations`,
      { code: 'TRACEBUF_OTEL_REGISTER' },
    );
    return;
  }
  const instrumentations = load<InstrumentationsModule>(INSTRUMENTATIONS);
  if (instrumentations !== undefined) await registerHook();
  new sdk.NodeSDK({
    spanProcessors: [new TraceBufferSpanProcessor()],
    logRecordProcessors: [new TraceBufferLogRecordProcessor()],
    instrumentations:
      instrumentations === undefined ? [] : [instrumentations.getNodeAutoInstrumentations(withoutDoubles())],
  }).start();
}

try {
  await start();
} catch (error) {
  // A recorder that can't be had is no reason for a program not to run.
  process.emitWarning(`Spans are not recorded: ${error instanceof Error ? error.message : String(error)}`, {
    code: 'TRACEBUF_OTEL_REGISTER',
  });
  diag.error('The register file of @tracebuf/otel-exporter has failed', error);
}
