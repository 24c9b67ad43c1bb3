import { createRequire } from 'node:module';
import { InvalidOptionError, type LevelName, type TraceBufferOptions } from '@tracebuf/ring';
import type { ZodMiniType } from 'zod/mini';
import { type CaptureLimits, MOST_ARGUMENTS } from './capture-limits.ts';

/** Options of a tracer: what it keeps of values, and those of its trace buffer. */
export interface CallTracerOptions extends TraceBufferOptions {
  /** Name of the trace buffer, 1 to 64 bytes. Default `'calls'`. */
  readonly name?: string;
  /** Bytes of the trace buffer, at least 4096. A call of two numbers takes 128, its return included. Default 4 MiB. */
  readonly size?: number;
  /**
   * Errors get no ring of their own here: exceptions are no errors of the program by themselves. Default `false`; see
   * `TraceBufferOptions`.
   */
  readonly keepLevel?: LevelName | number | false;
  /** What is kept: `'all'` (default), `'args'` without what functions return, or `'none'`, neither values nor exceptions. */
  readonly values?: 'all' | 'args' | 'none';
  /**
   * The values of parameters and keys that match are never stored; `false` to store all. Default
   * `/password|secret|token|authorization|cookie/i`.
   */
  readonly redact?: RegExp | false;
  /** Arguments that are kept of a call, 0 to 8. Default 8. */
  readonly maxArguments?: number;
  /** UTF-16 units that are kept of a string, 0 to 10,000. Default 128. */
  readonly maxString?: number;
  /** The same for a string in an object. Default 32. */
  readonly maxNestedString?: number;
  /** Entries that are kept of an object, an array, a Map or a Set, 0 to 100. Default 5. */
  readonly maxEntries?: number;
  /** How deep objects are looked into, 0 to 4; 1 shows their entries, but of objects in them the class only. Default 1. */
  readonly maxDepth?: number;
  /**
   * Whether what an async function calls after an `await` knows that it was called by it. Default `true` from Node.js 24 on;
   * before that it slows all promises of the program.
   */
  readonly asyncContext?: boolean;
}

/** Options with every default filled in, split by who is told. */
export interface ResolvedTracerOptions {
  readonly name: string;
  readonly size: number;
  readonly buffer: TraceBufferOptions;
  readonly values: 'all' | 'args' | 'none';
  /** Neither global nor sticky: its tests don't depend on one another. */
  readonly redact: RegExp | undefined;
  readonly limits: CaptureLimits;
  readonly asyncContext: boolean;
}

const DEFAULT_NAME = 'calls';
const DEFAULT_SIZE = 4 * 1024 * 1024;
const DEFAULT_REDACT = /password|secret|token|authorization|cookie/i;
/** From this version on Node keeps contexts where promises are, and not by hooks of all of them. */
const CHEAP_CONTEXTS = 24;

/** Options of values, which zod checks. */
type ValueOptions = Pick<
  CallTracerOptions,
  | 'values'
  | 'redact'
  | 'maxArguments'
  | 'maxString'
  | 'maxNestedString'
  | 'maxEntries'
  | 'maxDepth'
  | 'asyncContext'
>;

/**
 * Checks the options that concern values and fills in the defaults; the trace buffer checks its own.
 *
 * @throws InvalidOptionError
 */
export function resolveTracerOptions(options: CallTracerOptions = {}): ResolvedTracerOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', options, 'give an object or leave it out');
  }
  const {
    name = DEFAULT_NAME,
    size = DEFAULT_SIZE,
    keepLevel = false,
    values = 'all',
    redact = DEFAULT_REDACT,
    maxArguments = MOST_ARGUMENTS,
    maxString = 128,
    maxNestedString = 32,
    maxEntries = 5,
    maxDepth = 1,
    asyncContext = Number.parseInt(process.versions.node, 10) >= CHEAP_CONTEXTS,
    ...buffer
  } = options;
  const limits = { maxArguments, maxString, maxNestedString, maxEntries, maxDepth };
  check({ values, redact, asyncContext, ...limits });
  return {
    name,
    size,
    buffer: { ...buffer, keepLevel },
    values,
    redact: redact === false ? undefined : new RegExp(redact.source, redact.flags.replaceAll(/[gy]/g, '')),
    limits,
    asyncContext,
  };
}

function check(options: ValueOptions): void {
  const result = schema().safeParse(options);
  if (result.success) return;
  const [issue] = result.error.issues;
  const option = String(issue?.path[0] ?? 'options') as keyof ValueOptions;
  throw new InvalidOptionError(option, options[option], issue?.message ?? 'look at its documentation');
}

/** Made when first needed: zod takes long to load. */
function schema(): ZodMiniType<unknown> {
  const z = createRequire(import.meta.url)('zod/mini') as typeof import('zod/mini');
  const whole = (most: number) => {
    const error = `give a whole number from 0 to ${most}`;
    return z.number({ error }).check(z.int({ error }), z.gte(0, { error }), z.lte(most, { error }));
  };
  return z.object({
    values: z.enum(['all', 'args', 'none'], { error: "give 'all', 'args' or 'none'" }),
    redact: z.union([z.literal(false), z.instanceof(RegExp)], {
      error: 'give a regular expression, or false to show all',
    }),
    maxArguments: whole(MOST_ARGUMENTS),
    maxString: whole(10_000),
    maxNestedString: whole(10_000),
    maxEntries: whole(100),
    maxDepth: whole(4),
    asyncContext: z.boolean({ error: 'give true or false' }),
  });
}
