import type { CallRecorder } from './call-recorder.ts';
import { type Steps, withSteps } from './detached-function.ts';
import { construct, isGeneratorFunction } from './intrinsics.ts';
import { type AnyFunction, proxyOf, shapeOf } from './traced-function.ts';

/** A function of whose calls nothing is recorded, nor of what they call, now or in continuations. */
export function silencedFunction(recorder: CallRecorder, fn: AnyFunction): AnyFunction {
  const make = (values: unknown[], target: unknown): unknown =>
    recorder.silently(construct, undefined, [fn, values, target]);
  switch (shapeOf(fn)) {
    case 'proxy':
      return proxyOf(fn, (self, values) => recorder.silently(fn, self, values), make);
    case 'constructor': {
      const call = function (this: unknown, ...values: unknown[]): unknown {
        if (new.target === undefined) return recorder.silently(fn, this, values);
        return make(values, new.target === (call as unknown) ? fn : new.target);
      };
      return call as AnyFunction;
    }
    case 'method':
      return isGeneratorFunction(fn) ? silencedGenerator(recorder, fn) : silencedMethod(recorder, fn);
  }
}

function silencedMethod(recorder: CallRecorder, fn: AnyFunction): AnyFunction {
  const holder = {
    call(this: unknown, ...values: unknown[]): unknown {
      return recorder.silently(fn, this, values);
    },
  };
  return Reflect.get(holder, 'call') as AnyFunction;
}

function silencedGenerator(recorder: CallRecorder, fn: AnyFunction): AnyFunction {
  const holder = {
    call(this: unknown, ...values: unknown[]): unknown {
      const generator = recorder.silently(fn, this, values);
      return withSteps(generator as Steps, (step, given) => recorder.silently(step, generator, given));
    },
  };
  return Reflect.get(holder, 'call') as AnyFunction;
}
