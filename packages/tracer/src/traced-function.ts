import type { TracedFunction } from './call-function.ts';
import { type CallRecorder, NOT_RECORDED } from './call-recorder.ts';
import { apply, construct, functionText } from './intrinsics.ts';

/** Any function. */
export type AnyFunction = (...args: never[]) => unknown;

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
      // One place that passes `arguments` on, recorded or not: with two, V8 makes an object of them.
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
  return Reflect.get(holder, 'call') as AnyFunction;
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

/**
 * A proxy that records the calls of a class, and of other functions whose `prototype` a function can't have: it stays what it is,
 * with its static members.
 */
export function tracedProxy(recorder: CallRecorder, traced: TracedFunction, fn: AnyFunction): AnyFunction {
  const record = (values: unknown[], run: () => unknown): unknown => {
    const token = recorder.isListening ? enterWith(recorder, traced, values) : NOT_RECORDED;
    let value: unknown;
    try {
      value = run();
    } catch (thrown) {
      throw recorder.throw(token, thrown);
    }
    return recorder.return(token, value);
  };
  return proxyOf(
    fn,
    (self, values) => record(values, () => apply(fn, self, values)),
    (values, target) => record(values, () => construct(fn, values, target)),
  );
}

/** A proxy of a function that is called and constructed in another way, and has its text. */
export function proxyOf(
  fn: AnyFunction,
  call: (self: unknown, values: unknown[]) => unknown,
  make: (values: unknown[], target: unknown) => unknown,
): AnyFunction {
  const text = (): string => functionText(fn);
  const isInstance = (value: unknown): boolean => value instanceof (fn as never);
  const proxy: AnyFunction = new Proxy(fn, {
    apply: (_target, self, values) => call(self, values),
    construct: (_target, values, newTarget) =>
      make(values, newTarget === (proxy as unknown) ? fn : newTarget) as object,
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      // Asked of the proxy, the one would say that it is native code, the other that a bound function makes nothing.
      if (value === Function.prototype.toString && key === 'toString') return text;
      if (value === Function.prototype[Symbol.hasInstance] && key === Symbol.hasInstance) return isInstance;
      return value;
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

/** What a wrapper has to be, to be like a function. */
export type FunctionShape = 'method' | 'constructor' | 'proxy';

/** Tells what a wrapper of a function has to be. The function is not called to find out. */
export function shapeOf(fn: AnyFunction): FunctionShape {
  if (!isConstructor(fn)) return 'method';
  // That of a class can't be replaced, and a bound function has none.
  return Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === true ? 'constructor' : 'proxy';
}

/** Whether a function is a class, of the program or of the engine. */
export function isClass(fn: AnyFunction): boolean {
  return isConstructor(fn) && Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false;
}

function isConstructor(fn: AnyFunction): boolean {
  try {
    construct(new Proxy(fn, { construct: () => ({}) }), [], Object);
    return true;
  } catch {
    return false;
  }
}
