import './trace-directory.ts';
import { inspect } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { newTracer } from './recorded.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: functions of every kind are looked at in the same way
const tracer = newTracer();
afterAll(() => tracer.close());

class Base {
  constructor(public_: unknown) {
    (this as any).given = public_;
    (this as any).target = new.target.name;
  }
  static #made = 0;
  static make(): number {
    return ++Base.#made;
  }
  method(this: any, by: number): number {
    return this.given + by;
  }
}

function Old(this: any, x: number): void {
  if (new.target === undefined) throw new TypeError('use new');
  this.x = x;
  this.isTarget = new.target === Old;
}
Old.prototype.double = function double(this: any): number {
  return this.x * 2;
};

function returnsThis(this: unknown): unknown {
  return this;
}

const withProperties = Object.assign((x: number, y = 2, ...rest: number[]) => x + y + rest.length, {
  flavour: 'sweet',
  [Symbol.for('tag')]: 1,
});

const outcome = (run: () => unknown): unknown => {
  try {
    return ['returned', run()];
  } catch (error) {
    const { name, message } = error as Error;
    // The engine shows the text of what is none.
    return ['threw', name, message.replace(/^.* is not a constructor/s, 'not a constructor')];
  }
};

const FUNCTIONS: readonly [string, (...args: any[]) => unknown][] = [
  ['an arrow function', withProperties],
  ['a function', returnsThis],
  [
    'an anonymous function',
    (() => {
      return function (this: unknown, a: unknown, b: unknown) {
        return [this, a, b];
      };
    })(),
  ],
  [
    'a method',
    Reflect.get(
      {
        method(a: unknown): unknown {
          return [this, a];
        },
      },
      'method',
    ),
  ],
  ['a constructor function', Old as any],
  ['a class', Base as any],
  ['a bound function', returnsThis.bind(7)],
  ['a function of the engine', Math.max],
  ['a constructor of the engine', Array as any],
  ['an async function', async (x: number) => x],
  [
    'a generator',
    function* (x: number) {
      yield x;
      return x + 1;
    },
  ],
  [
    'an async generator',
    async function* (x: number) {
      yield x;
    },
  ],
  [
    'one that counts its arguments',
    function counts() {
      // biome-ignore lint/complexity/noArguments: that is what is looked at
      return arguments.length;
    },
  ],
  [
    'one that throws',
    () => {
      throw new RangeError('no');
    },
  ],
  [
    'one with a default that throws',
    (
      _x = (() => {
        throw new RangeError('default');
      })(),
    ) => 1,
  ],
];

const identities = new Map<unknown, number>();

/** Tells objects apart that look the same. */
function identity(value: unknown): number {
  const known = identities.get(value) ?? identities.size;
  identities.set(value, known);
  return known;
}

/** What can be seen of a function without and with calling it. */
const OBSERVATIONS: readonly [string, (fn: any) => unknown][] = [
  ['its type', (fn) => typeof fn],
  ['its name', (fn) => fn.name],
  ['its length', (fn) => fn.length],
  ['its text', (fn) => fn.toString()],
  ['its text as a string', (fn) => `${fn}`],
  ['its prototype', (fn) => identity(Object.getPrototypeOf(fn))],
  ['the prototype of what it makes', (fn) => identity(fn.prototype)],
  ['whether it has a prototype', (fn) => Object.hasOwn(fn, 'prototype')],
  ['how its name is described', (fn) => Object.getOwnPropertyDescriptor(fn, 'name')],
  [
    'how its prototype is described',
    (fn) => ({ ...Object.getOwnPropertyDescriptor(fn, 'prototype'), value: identity(fn.prototype) }),
  ],
  ['its listed properties', (fn) => Object.entries(fn)],
  ['its symbols', (fn) => Object.getOwnPropertySymbols(fn)],
  ['what it is called in listings', (fn) => inspect(fn)],
  ['its tag', (fn) => Object.prototype.toString.call(fn)],
  ['its result without arguments', (fn) => outcome(() => settled(fn()))],
  ['its result of one argument', (fn) => outcome(() => settled(fn(3)))],
  ['its result of ten arguments', (fn) => outcome(() => settled(fn(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)))],
  ['its result for this', (fn) => outcome(() => settled(fn.call({ me: 1 }, 3)))],
  ['its result of apply', (fn) => outcome(() => settled(fn.apply('me', [3, 4])))],
  ['its result when bound', (fn) => outcome(() => settled(fn.bind(5)(3)))],
  ['what it makes', (fn) => outcome(() => new fn(3))],
  ['whether that is an instance', (fn) => outcome(() => new fn(3) instanceof fn)],
  [
    'what a subclass makes',
    (fn) =>
      outcome(() => {
        class Sub extends fn {}
        const made = new (Sub as any)(3);
        return [made, made instanceof fn, made.constructor === Sub];
      }),
  ],
  [
    'what Reflect.construct makes',
    (fn) => outcome(() => Object.getPrototypeOf(Reflect.construct(fn, [3], Map)) === Map.prototype),
  ],
];

/** Promises are looked at elsewhere; of what is iterated, what comes. */
function settled(value: any): unknown {
  if (value instanceof Promise) {
    value.catch(() => undefined);
    return 'a promise';
  }
  if (typeof value?.next === 'function' && typeof value[Symbol.iterator] === 'function') return [...value];
  return value instanceof Object && Symbol.asyncIterator in value ? 'an async generator' : value;
}

/** The engine itself tells what is async, a generator or a proxy: that can't be passed on. */
const NATIVE_KIND = 'what it is called in listings';

const TABLE = FUNCTIONS.flatMap(([what, fn]) =>
  OBSERVATIONS.filter(
    ([seen]) => seen !== NATIVE_KIND || !/async|generator|class|bound|engine/.test(what),
  ).map(([seen, observe]) => ({ what, seen, fn, observe })),
);

test.each(TABLE)('of $what, $seen is as it was', ({ fn, observe }) => {
  const traced = tracer.trace(fn);
  expect(traced).not.toBe(fn);
  expect(observe(traced)).toEqual(observe(fn));
});

test.each(TABLE)('of $what that is kept out, $seen is as it was', ({ fn, observe }) => {
  expect(observe(tracer.notrace(fn))).toEqual(observe(fn));
});

test('static members of a class that is traced are its own', () => {
  const Traced = tracer.trace(Base);
  expect(Reflect.get(Traced, 'make')).toBe(Reflect.get(Base, 'make'));
  expect(Base.make()).toBe(1);
  expect(new Traced(1)).toBeInstanceOf(Base);
  expect((new Traced(1) as any).target).toBe('Base');
});

test('a traced function is not traced twice', () => {
  const once = tracer.trace(returnsThis);
  expect(tracer.trace(once)).toBe(once);
  expect(tracer.trace(returnsThis)).toBe(once);
});

test('methods are traced in place, and stay what they are', () => {
  const log: unknown[] = [];
  class Shape {
    static #count = 0;
    #side = 2;
    static create(): Shape {
      Shape.#count++;
      return new this();
    }
    get area(): number {
      return this.#side ** 2;
    }
    set side(side: number) {
      this.#side = side;
    }
    grow(by: number): this {
      this.#side += by;
      return this;
    }
    static get count(): number {
      return Shape.#count;
    }
    *[Symbol.iterator](): Generator<number> {
      yield this.#side;
    }
  }
  class Square extends Shape {
    override grow(by: number): this {
      log.push('square');
      return super.grow(by);
    }
  }
  const before = Object.getOwnPropertyNames(Shape.prototype);
  expect(tracer.traceMethods(Shape)).toBe(Shape);
  expect(Object.getOwnPropertyNames(Shape.prototype)).toEqual(before);
  expect(Object.getOwnPropertyDescriptor(Shape.prototype, 'grow')?.enumerable).toBe(false);
  const square = Square.create().grow(3) as Square;
  square.side = square.area / 5;
  expect([square.area, [...square], Shape.count, log, square instanceof Square]).toEqual([
    25,
    [5],
    1,
    ['square'],
    true,
  ]);
  const frozen = Object.freeze({ method: () => 1 });
  expect(tracer.traceMethods(frozen).method()).toBe(1);
});

test('an async function settles as it did, and what it rejects with is unhandled only where nobody handles it', async () => {
  const error = new Error('rejected');
  const traced = tracer.trace(async (fails: boolean) => {
    await Promise.resolve();
    if (fails) throw error;
    return 'fine';
  });
  await expect(traced(false)).resolves.toBe('fine');
  await expect(traced(true)).rejects.toBe(error);
});
// biome-ignore-end lint/suspicious/noExplicitAny: see above
