import { InvalidOptionError, TraceBuffer } from '@tracebuf/ring';
import { makeAlike } from './alike.ts';
import type { FunctionDefinition, FunctionKind, TracedFunction } from './call-function.ts';
import { CallBit } from './call-layout.ts';
import { CallRecorder } from './call-recorder.ts';
import { type CallSite, callSite } from './call-site.ts';
import { MOST_ARGUMENTS } from './capture-limits.ts';
import { functionName } from './class-name.ts';
import { definitionBookOf } from './definition-book.ts';
import { tracedAsync, tracedAsyncGenerator, tracedGenerator } from './detached-function.ts';
import { functionText, isAsyncFunction, isGeneratorFunction } from './intrinsics.ts';
import { parameterNames } from './parameter-names.ts';
import { silencedFunction } from './silenced-function.ts';
import {
  type AnyFunction,
  isClass,
  shapeOf,
  tracedConstructor,
  tracedFunction,
  tracedProxy,
} from './traced-function.ts';
import {
  type CallTracerOptions,
  type ResolvedTracerOptions,
  resolveTracerOptions,
} from './tracer-options.ts';

/** How a function is to be traced. */
export interface TraceOptions {
  /** What it is called in records, 256 characters at most. Default: its own name, or `<anonymous>`. */
  readonly name?: string;
}

/** Longest name of a function, in UTF-16 units. */
const MAX_NAME = 256;
/** Takes more arguments than any call has. */
const ALL = 0x7fff_ffff;

/**
 * Records the calls of chosen functions in a trace buffer: arguments, results, exceptions and times, which `trace-cli` can read
 * from outside at any time, also after `kill -9`.
 *
 * ```ts
 * const tracer = new CallTracer();
 * const fib = tracer.trace((n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)), { name: 'fib' });
 * fib(10);
 * ```
 *
 * Nothing of the program is called to show its values, and traced functions behave as they did. Each thread needs a tracer
 * of its own.
 */
export class CallTracer {
  /** Where the calls go. */
  readonly buffer: TraceBuffer;
  readonly #options: ResolvedTracerOptions;
  readonly #recorder: CallRecorder;
  /** Wrappers by function, and by themselves. */
  readonly #wrappers = new WeakMap<object, object>();
  #isPaused = false;

  /**
   * @throws InvalidOptionError for an option that can't be used, TraceBufferAlreadyExistsError where this thread has a trace
   *   buffer of that name, StorageError where the space can't be had, InsecureDirectoryError.
   */
  constructor(options?: CallTracerOptions) {
    this.#options = resolveTracerOptions(options);
    this.buffer = new TraceBuffer(this.#options.name, this.#options.size, this.#options.buffer);
    this.#recorder = new CallRecorder(this.buffer, this.#options);
  }

  /**
   * Traces a function, an async function, a generator or a class.
   *
   * @returns What is to be called instead; the same for the same function. Other references to the function, such as its own
   *   name in its body, are not traced.
   * @throws InvalidOptionError where it is no function.
   */
  trace<Fn extends AnyFunction | (abstract new (...args: never[]) => object)>(
    fn: Fn,
    options: TraceOptions = {},
  ): Fn {
    if (typeof fn !== 'function') throw new InvalidOptionError('fn', fn, 'give a function');
    return this.#traced(fn as unknown as AnyFunction, nameOption(options), callSite()) as unknown as Fn;
  }

  /**
   * Traces the methods and accessors of an object, or of a class and its instances, in place. Inherited ones are left alone, and so
   * is the constructor.
   *
   * @param options `name` stands before the names of the methods. Default: the name of the class.
   * @returns The object.
   * @throws InvalidOptionError where it is none.
   */
  traceMethods<Target extends object>(target: Target, options: TraceOptions = {}): Target {
    if ((typeof target !== 'object' && typeof target !== 'function') || target === null)
      throw new InvalidOptionError('target', target, 'give an object or a class');
    const site = callSite();
    if (typeof target === 'function') {
      const name = nameOption(options) ?? functionName(target);
      this.#traceOwn(target, `${name}.`, site);
      const prototype = (target as { prototype?: unknown }).prototype;
      if (typeof prototype === 'object' && prototype !== null) this.#traceOwn(prototype, `${name}#`, site);
    } else {
      const name = nameOption(options);
      this.#traceOwn(target, name === undefined ? '' : `${name}.`, site);
    }
    return target;
  }

  /**
   * Keeps a function out of the records, with all that it calls, and what its continuations call after an `await`.
   *
   * @returns What is to be called instead.
   * @throws InvalidOptionError where it is no function.
   */
  notrace<Fn extends AnyFunction>(fn: Fn): Fn {
    if (typeof fn !== 'function') throw new InvalidOptionError('fn', fn, 'give a function');
    const silenced = silencedFunction(this.#recorder, fn);
    return (shapeOf(fn) === 'proxy' ? silenced : makeAlike(silenced, fn)) as Fn;
  }

  /**
   * Records that something has been reached, in the call that is being executed.
   *
   * @param data Any value; shown as an argument is.
   */
  mark(name: string, data?: unknown): void {
    this.#recorder.mark(typeof name === 'string' ? name : 'mark', data !== undefined, data);
  }

  /** Records nothing until {@link resume}; calls that end meanwhile have no end in the records. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#recorder.silence();
  }

  /** See {@link pause}. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#recorder.unsilence();
  }

  /** Ends the tracer; traced functions go on, untraced. What the buffer holds stays readable. */
  close(): void {
    this.pause();
    this.buffer.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #traced(fn: AnyFunction, name: string | undefined, site: CallSite): AnyFunction {
    const known = this.#wrappers.get(fn);
    if (known !== undefined) return known as AnyFunction;
    const isAsync = isAsyncFunction(fn);
    const recorder = this.#recorder;
    const of = (kind: FunctionKind): TracedFunction => this.#define(fn, kind, name, site);
    const shape = shapeOf(fn);
    let wrapper: AnyFunction;
    if (isGeneratorFunction(fn)) {
      wrapper = isAsync
        ? tracedAsyncGenerator(recorder, of('async generator'), fn)
        : tracedGenerator(recorder, of('generator'), fn);
    } else if (isAsync) {
      wrapper = tracedAsync(recorder, of('async'), fn);
    } else {
      wrapper = TRACED[shape](recorder, of(isClass(fn) ? 'class' : 'function'), fn);
    }
    if (shape !== 'proxy') makeAlike(wrapper, fn);
    this.#wrappers.set(fn, wrapper);
    this.#wrappers.set(wrapper, wrapper);
    return wrapper;
  }

  #traceOwn(holder: object, prefix: string, site: CallSite): void {
    for (const key of Reflect.ownKeys(holder)) {
      const descriptor = Object.getOwnPropertyDescriptor(holder, key);
      if (key === 'constructor' || descriptor?.configurable !== true) continue;
      const name = prefix + (typeof key === 'symbol' ? `[${String(key.description)}]` : key);
      const { value, get, set } = descriptor as { value?: unknown; get?: AnyFunction; set?: AnyFunction };
      if (typeof value === 'function' && !isClass(value as AnyFunction)) {
        descriptor.value = this.#traced(value as AnyFunction, name, site);
      } else if (get !== undefined || set !== undefined) {
        if (get !== undefined) descriptor.get = this.#traced(get, `get ${name}`, site) as () => unknown;
        if (set !== undefined) descriptor.set = this.#traced(set, `set ${name}`, site) as () => void;
      } else {
        continue;
      }
      Object.defineProperty(holder, key, descriptor);
    }
  }

  #define(fn: AnyFunction, kind: FunctionKind, given: string | undefined, site: CallSite): TracedFunction {
    const text = functionText(fn);
    const parameters = parameterNames(text);
    const own = functionName(fn) || '<anonymous>';
    const definition: FunctionDefinition = {
      name: (given ?? (kind === 'class' ? `new ${own}` : own)).slice(0, MAX_NAME).toWellFormed(),
      kind,
      ...site,
      parameters: parameters ?? [],
    };
    const takesAll =
      parameters === undefined || parameters.at(-1)?.startsWith('...') === true || /\barguments\b/.test(text);
    const declared = takesAll ? ALL : parameters.length;
    let redacted = 0;
    for (const [index, parameter] of (parameters ?? []).slice(0, MOST_ARGUMENTS).entries()) {
      // Of a rest parameter all arguments from there on.
      if (this.#recorder.values.redacts(parameter))
        redacted |= (parameter.startsWith('...') ? -1 : 1) << index;
    }
    return {
      id: definitionBookOf(this.buffer).function(definition),
      bits: BITS[kind],
      declared,
      kept: Math.min(declared, this.#options.limits.maxArguments),
      redacted,
    };
  }
}

const TRACED = { method: tracedFunction, constructor: tracedConstructor, proxy: tracedProxy };

const BITS: Readonly<Record<FunctionKind, number>> = {
  function: 0,
  class: 0,
  async: CallBit.ASYNC,
  generator: CallBit.ASYNC | CallBit.GENERATOR,
  'async generator': CallBit.ASYNC | CallBit.GENERATOR,
};

/** @throws InvalidOptionError */
function nameOption({ name }: TraceOptions): string | undefined {
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw new InvalidOptionError('name', name, 'give what the function is called, or leave it out');
  return name;
}
