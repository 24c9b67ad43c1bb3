import { defineHidden } from './alike.ts';
import type { TracedFunction } from './call-function.ts';
import type { CallRecorder } from './call-recorder.ts';
import type { DetachedCall } from './call-stack.ts';
import { apply } from './intrinsics.ts';
import { type AnyFunction, enterWith } from './traced-function.ts';

/** What a generator has, as far as it is watched. */
export type Steps = Record<'next' | 'return' | 'throw', (...values: unknown[]) => unknown>;

const STEPS = ['next', 'return', 'throw'] as const;

/**
 * A function that records the calls of an async one; they end when the promise is settled. The promise that it gives is settled
 * one turn of the microtask queue later than the original.
 */
export function tracedAsync(recorder: CallRecorder, traced: TracedFunction, fn: AnyFunction): AnyFunction {
  return detached(recorder, traced, fn, (call, promise) =>
    ended(recorder, call, promise as Promise<unknown>),
  );
}

/** A function that records the calls of a generator; they end when it is done. */
export function tracedGenerator(
  recorder: CallRecorder,
  traced: TracedFunction,
  fn: AnyFunction,
): AnyFunction {
  return detached(recorder, traced, fn, (call, generator) => {
    let isRunning = false;
    let isDone = false;
    const end = (how: 'returned' | 'threw', value: unknown): void => {
      if (isDone) return;
      isDone = true;
      recorder.settle(call, how, value);
    };
    return withSteps(generator as Steps, (step, values) => {
      // Asked by itself it throws, and goes on.
      if (isRunning || isDone) return apply(step, generator, values);
      isRunning = true;
      try {
        const result = recorder.within(call, step, generator, values) as IteratorResult<unknown>;
        if (result.done === true) end('returned', result.value);
        return result;
      } catch (thrown) {
        end('threw', thrown);
        throw thrown;
      } finally {
        isRunning = false;
      }
    });
  });
}

/** {@link tracedGenerator} for an async one: each step is a promise. */
export function tracedAsyncGenerator(
  recorder: CallRecorder,
  traced: TracedFunction,
  fn: AnyFunction,
): AnyFunction {
  return detached(recorder, traced, fn, (call, generator) => {
    let isDone = false;
    const end = (how: 'returned' | 'threw', value: unknown): void => {
      if (isDone) return;
      isDone = true;
      recorder.settle(call, how, value);
    };
    const stepEnd = async (promise: Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
      try {
        const result = await promise;
        if (result.done === true) end('returned', result.value);
        return result;
      } catch (thrown) {
        end('threw', thrown);
        throw thrown;
      }
    };
    return withSteps(generator as Steps, (step, values) =>
      stepEnd(recorder.within(call, step, generator, values) as Promise<IteratorResult<unknown>>),
    );
  });
}

/** @param watch Gives what takes the place of the function's result. */
function detached(
  recorder: CallRecorder,
  traced: TracedFunction,
  fn: AnyFunction,
  watch: (call: DetachedCall, result: unknown) => unknown,
): AnyFunction {
  const holder = {
    call(this: unknown, ...values: unknown[]): unknown {
      const call = recorder.isListening ? recorder.detach(enterWith(recorder, traced, values)) : undefined;
      if (call === undefined) return apply(fn, this, values);
      let result: unknown;
      try {
        result = recorder.within(call, fn, this, values);
      } catch (thrown) {
        recorder.settle(call, 'threw', thrown);
        throw thrown;
      }
      return watch(call, result);
    },
  };
  return Reflect.get(holder, 'call') as AnyFunction;
}

async function ended(
  recorder: CallRecorder,
  call: DetachedCall,
  promise: Promise<unknown>,
): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (thrown) {
    recorder.settle(call, 'threw', thrown);
    throw thrown;
  }
  recorder.settle(call, 'returned', value);
  return value;
}

/** Puts itself before the steps of a generator, which stays the object it is. */
export function withSteps(
  generator: Steps,
  take: (step: (...values: unknown[]) => unknown, values: unknown[]) => unknown,
): Steps {
  for (const key of STEPS) {
    const step = generator[key];
    if (typeof step !== 'function') continue;
    const holder = {
      [key](...values: unknown[]): unknown {
        return take(step, values);
      },
    };
    defineHidden(generator, key, holder[key]);
  }
  return generator;
}
