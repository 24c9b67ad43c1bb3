import type { TracedFunction } from './call-function.ts';
import { type CallRecorder, NOT_RECORDED } from './call-recorder.ts';
import { apply, construct } from './intrinsics.ts';

/** Any function. */
export type AnyFunction = (...args: never[]) => unknown;

type AnyConstructor = new (...args: never[]) => object;

/**
 * A function that records the calls of one that can't be called with `new`. It names eight parameters, so that they need no
 * array; what there are more goes to the function with the others.
 */
export function tracedFunction(recorder: CallRecorder, traced: TracedFunction, fn: AnyFunction): AnyFunction {
  const holder = {
    // biome-ignore-start lint/complexity/noArguments: a rest parameter is an array that would be made at every call
    call(
      this: unknown,
      a?: unknown,
      b?: unknown,
      c?: unknown,
      d?: unknown,
      e?: unknown,
      f?: unknown,
      g?: unknown,
      h?: unknown,
    ): unknown {
      const token = recorder.isListening
        ? recorder.enter(traced, arguments.length, a, b, c, d, e, f, g, h)
        : NOT_RECORDED;
      let value: unknown;
      try {
        value = apply(fn, this, arguments);
      } catch (thrown) {
        throw recorder.throw(token, thrown);
      }
      return recorder.return(token, value);
    },
    // biome-ignore-end lint/complexity/noArguments: see above
  };
  return holder.call as AnyFunction;
}

/** {@link tracedFunction} for a function that may be called with `new`, too. */
export function tracedConstructor(
  recorder: CallRecorder,
  traced: TracedFunction,
  fn: AnyFunction,
): AnyFunction {
  // biome-ignore-start lint/complexity/noArguments: a rest parameter is an array that would be made at every call
  function call(
    this: unknown,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown,
    f?: unknown,
    g?: unknown,
    h?: unknown,
  ): unknown {
    // What a subclass makes stays of that class.
    const target = new.target === (call as unknown) ? fn : new.target;
    const token = recorder.isListening
      ? recorder.enter(traced, arguments.length, a, b, c, d, e, f, g, h)
      : NOT_RECORDED;
    let value: unknown;
    try {
      value = target === undefined ? apply(fn, this, arguments) : construct(fn, arguments, target);
    } catch (thrown) {
      throw recorder.throw(token, thrown);
    }
    return recorder.return(token, value);
  }
  // biome-ignore-end lint/complexity/noArguments: see above
  return call as AnyFunction;
}

/** Records what is made by a class, which stays what it is: its static members are its own. */
export function tracedClass<Class extends AnyConstructor>(
  recorder: CallRecorder,
  traced: TracedFunction,
  type: Class,
): Class {
  const proxy: Class = new Proxy(type, {
    construct(target, values, newTarget) {
      const token = recorder.isListening ? enterWith(recorder, traced, values) : NOT_RECORDED;
      let made: object;
      try {
        made = construct(target, values, newTarget === (proxy as unknown) ? target : newTarget) as object;
      } catch (thrown) {
        throw recorder.throw(token, thrown);
      }
      return recorder.return(token, made);
    },
  });
  return proxy;
}

/** `CallRecorder.enter` with an array of arguments. */
export function enterWith(
  recorder: CallRecorder,
  traced: TracedFunction,
  values: ArrayLike<unknown>,
): number {
  const [a, b, c, d, e, f, g, h] = Array.from(values);
  return recorder.enter(traced, values.length, a, b, c, d, e, f, g, h);
}

/** Whether a function may be called with `new`; it is not called to find out. */
export function isConstructor(fn: AnyFunction): boolean {
  try {
    construct(new Proxy(fn, { construct: () => ({}) }), [], Object);
    return true;
  } catch {
    return false;
  }
}

/** Whether a constructor is a class: its `prototype` can't be replaced. */
export function isClass(fn: AnyFunction): fn is AnyFunction & AnyConstructor {
  return isConstructor(fn) && Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false;
}
