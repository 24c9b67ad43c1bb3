import { describe, expect, test } from 'vitest';
import { highHalf, lowHalf } from '../src/enable-state.ts';
import { readDescriptor } from '../src/event-descriptor.ts';
import { guidBytes } from '../src/guid.ts';
import { EnableState, EtwError, EventBuilder, etwSink, Provider, providerIdFromName } from '../src/index.ts';
import { FakeWindows } from './vectors/fake-windows.ts';
import {
  type Case,
  type ExpectedBytes,
  nameIn,
  type Outcome,
  readCases,
  type Step,
  sameBytes,
  valueIn,
} from './vectors/vector-file.ts';

const cases = readCases();

function expectBytes(actual: Buffer, expected: ExpectedBytes): void {
  if (!sameBytes(actual, expected)) expect(actual.toString('hex')).toEqual(expected);
}

function categoryOf({ throws }: Outcome): string | undefined {
  return typeof throws === 'string' ? throws : throws?.category;
}

/** Runs something; its result, or the category of the EtwError that it threw. */
function attempt<T>(run: () => T): { readonly result: T } | { readonly category: string } {
  try {
    return { result: run() };
  } catch (error) {
    if (error instanceof EtwError) return { category: error.category };
    throw error;
  }
}

interface ExpectedWrite {
  readonly descriptor: Readonly<Record<string, unknown>>;
  readonly descriptorBytes: string;
  readonly providerMeta: ExpectedBytes;
  readonly eventMeta: ExpectedBytes;
  readonly data: ExpectedBytes;
  readonly activityId: string | null;
  readonly relatedActivityId: string | null;
  readonly returns: number;
}

function expectWrite(windows: FakeWindows, returned: unknown, expected: ExpectedWrite): void {
  const { call, providerMeta, eventMeta, data } = windows.lastWrite();
  expect(call.descriptorBytes).toBe(expected.descriptorBytes);
  const { keyword, ...rest } = readDescriptor(Buffer.from(expected.descriptorBytes, 'hex'));
  expect({ ...rest, keyword: String(keyword) }).toEqual(expected.descriptor);
  expectBytes(providerMeta, expected.providerMeta);
  expectBytes(eventMeta, expected.eventMeta);
  expectBytes(data, expected.data);
  expect(call.activityId).toBe(expected.activityId);
  expect(call.relatedActivityId).toBe(expected.relatedActivityId);
  expect(returned).toBe(expected.returns);
}

function makeProvider({ provider = {} }: Case, windows: FakeWindows): Provider {
  const { id, groupId, throwOnError } = provider as Record<string, string | undefined>;
  return new Provider(nameIn(provider), {
    ...(id === undefined ? {} : { id }),
    ...(groupId === undefined ? {} : { groupId }),
    throwOnError: Boolean(throwOnError),
    sinks: [etwSink({ api: windows })],
  });
}

function reset(builder: EventBuilder, args: Readonly<Record<string, unknown>>): void {
  const { level, keyword, opcode, id, version, tag, task, channel } = args as Record<
    string,
    number | undefined
  >;
  builder.reset(
    nameIn(args),
    level,
    keyword === undefined ? undefined : BigInt(keyword),
    opcode,
    id,
    version,
    tag,
    task,
    channel,
  );
}

/** `add_int8_seq` is `addInt8Seq`. */
function methodOf(op: string): string {
  return op.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function runStep(builder: EventBuilder, provider: Provider, windows: FakeWindows, step: Step): unknown {
  const { op, args = {} } = step;
  switch (op) {
    case 'reset':
      return reset(builder, args);
    case 'check_state':
      return builder.checkState();
    case 'add_struct':
      return builder.addStruct(nameIn(args), args.fieldCount as number, args.tag as number | undefined);
    case 'write':
      windows.status = step.status ?? 0;
      return provider.write(
        builder,
        args.activityId as string | undefined,
        args.relatedActivityId as string | undefined,
      );
    default: {
      const methods = builder as unknown as Record<string, (...given: unknown[]) => unknown>;
      const method = methodOf(op);
      expect(methods[method], method).toBeTypeOf('function');
      return methods[method]?.(nameIn(args), valueIn(step), args.outType, args.tag);
    }
  }
}

/** Whether an outcome is what happened. */
function fits(outcome: Outcome, happened: ReturnType<typeof attempt>): boolean {
  const wanted = categoryOf(outcome);
  return 'category' in happened ? wanted === happened.category : wanted === undefined;
}

function runEvent(theCase: Case): void {
  const windows = new FakeWindows();
  const provider = makeProvider(theCase, windows);
  const builder = new EventBuilder(
    theCase.pointerSize === undefined ? {} : { pointerSize: theCase.pointerSize },
  );
  for (const step of theCase.steps ?? []) {
    const happened = attempt(() => runStep(builder, provider, windows, step));
    const outcome = [step, ...(step.alsoAllowed ?? [])].find((allowed) => fits(allowed, happened));
    if (outcome === undefined) expect(happened).toEqual(step.throws ?? 'no error');
    if ('category' in happened) {
      if (outcome !== step) return;
      continue;
    }
    if (outcome?.expect !== undefined) expectWrite(windows, happened.result, outcome.expect as ExpectedWrite);
    if (outcome?.thenWrite !== undefined) {
      windows.status = 0;
      provider.write(builder);
      const { eventMeta, data } = windows.lastWrite();
      expectBytes(eventMeta, outcome.thenWrite.eventMeta);
      expectBytes(data, outcome.thenWrite.data);
    }
  }
}

function runProvider(theCase: Case): void {
  const windows = new FakeWindows(theCase.native);
  const made = attempt(() => makeProvider(theCase, windows));
  if ('category' in made) {
    const allowed = [theCase, ...(theCase.alsoAllowed ?? [])].map(categoryOf);
    expect(allowed).toContain(made.category);
    if (categoryOf(theCase) !== made.category) return;
  } else {
    expect(theCase.throws).toBe(undefined);
    const provider = made.result;
    const { id, groupId, traits } = theCase.expectProvider ?? {};
    expect(provider.id).toBe(id);
    expect(provider.groupId ?? null).toBe(groupId);
    if (traits !== undefined) expectBytes(provider.traits, traits);
    for (const step of theCase.steps ?? []) runProviderStep(provider, windows, step);
  }
  // With a closed provider nothing is asked of Windows: such calls are optional.
  const expected = (theCase.expectNative ?? []).filter(({ handle }) => handle !== '0');
  expect(windows.calls).toHaveLength(expected.length);
  for (const [index, call] of expected.entries()) {
    for (const [key, value] of Object.entries(call)) {
      const actual = windows.calls[index]?.[key];
      if (key === 'bytes') expectBytes(Buffer.from(actual as string, 'hex'), value as ExpectedBytes);
      else if (key === 'dataDescriptors') {
        const parts = actual as readonly { readonly type: number; readonly bytes: string }[];
        const wanted = value as readonly { readonly type: number; readonly bytes: ExpectedBytes }[];
        expect(parts.map(({ type }) => type)).toEqual(wanted.map(({ type }) => type));
        for (const [at, { bytes }] of wanted.entries())
          expectBytes(Buffer.from(parts[at]?.bytes ?? '', 'hex'), bytes);
      } else expect(actual, key).toEqual(value);
    }
  }
}

function runProviderStep(provider: Provider, windows: FakeWindows, step: Step): void {
  const { op, args = {} } = step;
  const happened = attempt(() => {
    if (op === 'is_open') return provider.isOpen;
    if (op === 'is_enabled') {
      return provider.isEnabled(
        args.level as number | undefined,
        args.keyword === undefined ? undefined : BigInt(args.keyword as string),
      );
    }
    if (op === 'close') {
      provider.close();
      return null;
    }
    expect(op).toBe('write');
    const builder = new EventBuilder();
    reset(builder, args.reset as Record<string, unknown>);
    windows.status = step.status ?? 0;
    return provider.write(builder);
  });
  if ('category' in happened) expect(happened.category).toBe(categoryOf(step));
  else expect(happened.result).toEqual(step.expect);
}

function runEnabled({ steps = [] }: Case): void {
  const state = new EnableState();
  for (const { op, args = {}, expect: expected } of steps) {
    if (op === 'callback') {
      const { isEnabled, level, matchAnyKeyword, matchAllKeyword } = args as Record<string, string>;
      if (Number(isEnabled) === 0) state.disable();
      else if (Number(isEnabled) === 1) {
        state.enable(Number(level), BigInt(matchAnyKeyword ?? 0), BigInt(matchAllKeyword ?? 0));
      }
    } else {
      const keyword = BigInt(args.keyword as string);
      expect(state.isEnabled(args.level as number, lowHalf(keyword), highHalf(keyword))).toBe(expected);
    }
  }
}

function runProviderId(theCase: Case): void {
  const happened = attempt(() => providerIdFromName(nameIn(theCase.input ?? {})));
  if ('category' in happened) expect(happened.category).toBe(categoryOf(theCase));
  else {
    const { guid, bytes } = theCase.expect as { readonly guid: string; readonly bytes: string };
    expect(happened.result).toBe(guid);
    expect(guidBytes(happened.result, 'The id').toString('hex')).toBe(bytes);
  }
}

const RUN: Readonly<Record<Case['kind'], (theCase: Case) => void>> = {
  event: runEvent,
  provider: runProvider,
  providerId: runProviderId,
  enabled: runEnabled,
};

describe.each([...new Set(cases.map(({ group }) => group))])('vectors of group %s', (group) => {
  test.each(
    cases.filter((theCase) => theCase.group === group).map((theCase) => [theCase.id, theCase] as const),
  )('%s', (_id, theCase) => RUN[theCase.kind](theCase));
});

test('the file has all its cases', () => {
  expect(cases.length).toBeGreaterThanOrEqual(200);
  expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(Object.keys(RUN)));
});
