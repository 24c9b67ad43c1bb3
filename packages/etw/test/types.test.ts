import { expectTypeOf, test } from 'vitest';
import {
  type EventSelection,
  OutType,
  type Provider,
  type TypedEvent,
  t,
  type ValuesOf,
} from '../src/index.ts';

declare const provider: Provider;

test('a declared event takes the values of its schema', () => {
  const declare = () =>
    provider.event('FileOpened', { path: t.unicodeString, size: t.uint64, ok: t.boolean }, { level: 4 });
  type Values = Parameters<ReturnType<typeof declare>>[0];
  expectTypeOf<Values>().toEqualTypeOf<{
    readonly path: string;
    readonly size: number | bigint;
    readonly ok: boolean;
  }>();
  expectTypeOf<{ path: string; size: number; ok: boolean }>().toExtend<Values>();
  expectTypeOf<{ path: string; size: string; ok: boolean }>().not.toExtend<Values>();
  expectTypeOf<{ path: string }>().not.toExtend<Values>();
  expectTypeOf<ReturnType<ReturnType<typeof declare>>>().toEqualTypeOf<void>();
  expectTypeOf<ReturnType<typeof declare>['isEnabled']>().returns.toEqualTypeOf<boolean>();
});

test('structs, arrays and other ways to show keep the types of their values', () => {
  const schema = {
    owner: t.struct({ name: t.string, ids: t.array(t.int32) }),
    times: t.array(t.fileTime),
    code: t.uint32.as(OutType.HEX).tag(5),
    any: t.json,
    id: t.guid,
  };
  expectTypeOf<ValuesOf<typeof schema>>().toEqualTypeOf<{
    readonly owner: { readonly name: string; readonly ids: ArrayLike<number> };
    readonly times: ArrayLike<Date | bigint>;
    readonly code: number;
    readonly any: unknown;
    readonly id: string | Uint8Array;
  }>();
});

test('an event without fields takes none; others need theirs', () => {
  expectTypeOf<TypedEvent<Record<never, never>>>().toBeCallableWith();
  const declare = () => provider.event('E', { a: t.uint8 });
  // @ts-expect-error: its values are missing.
  const call = () => declare()();
  expectTypeOf(call).returns.toEqualTypeOf<void>();
});

test('options are checked', () => {
  expectTypeOf<EventSelection['keyword']>().toEqualTypeOf<bigint | undefined>();
  // @ts-expect-error: there is no such option.
  const declare = () => provider.event('E', {}, { severity: 4 });
  // @ts-expect-error: no type of a field.
  const untyped = () => provider.event('E', { a: 'string' });
  expectTypeOf(declare).toBeFunction();
  expectTypeOf(untyped).toBeFunction();
});
