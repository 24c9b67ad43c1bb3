/** Decoders of the records of calls; importing this registers them. It needs no tracer. */
import {
  CUT_MARK,
  type DecodedPayload,
  type Definitions,
  type RecordDecoder,
  RecordKind,
  type RecordPayload,
  registerDecoder,
} from '@tracebuf/ring';
import { type FunctionDefinition, readFunctionDefinition } from './call-function.ts';
import { CALL_BITS_SHIFT, CallBit, CallField, FUNCTION_DEFINITION, MAX_DEPTH } from './call-layout.ts';
import { type ShownValue, ValueDecoder } from './value-decoder.ts';

/** One entry of `fields.args`. */
interface Argument extends ShownValue {
  readonly name: string;
}

/** Decodes calls: `message` is like `fib(n = 27)`. */
export const callDecoder: RecordDecoder = {
  kind: RecordKind.CALL,
  name: 'call',
  decode: (payload) => (isShort(payload, CallField.VALUES) ? shortRecord(payload) : decodeCall(payload)),
};

/** Decodes returns: `message` is like `fib returned 196418`. */
export const returnDecoder: RecordDecoder = {
  kind: RecordKind.RETURN,
  name: 'return',
  decode: (payload) => (isShort(payload, CallField.RESULT) ? shortRecord(payload) : decodeReturn(payload)),
};

/** Decodes exceptions: `message` is like `fib threw TypeError: no`. */
export const exceptionDecoder: RecordDecoder = {
  kind: RecordKind.EXCEPTION,
  name: 'exception',
  decode: (payload) => (isShort(payload, CallField.RESULT) ? shortRecord(payload) : decodeException(payload)),
};

/** Decodes marks: `message` is the name, and the data if there is some. */
export const markDecoder: RecordDecoder = {
  kind: RecordKind.MARK,
  name: 'mark',
  decode: (payload) => (isShort(payload, CallField.VALUES) ? shortRecord(payload) : decodeMark(payload)),
};

for (const decoder of [callDecoder, returnDecoder, exceptionDecoder, markDecoder]) registerDecoder(decoder);

function decodeCall(payload: RecordPayload): DecodedPayload {
  const fn = functionOf(payload);
  const values = new ValueDecoder(payload, payload.start + CallField.VALUES);
  const args: Argument[] = [];
  const texts: string[] = [];
  while (values.hasMore) {
    const more = values.more();
    if (more !== undefined) {
      texts.push(`${CUT_MARK}${more} more`);
      break;
    }
    const name = parameterName(fn, args.length);
    const { shown, text } = values.value();
    args.push({ name, ...shown });
    texts.push(`${name} = ${text}`);
  }
  return { message: `${fn.name}(${texts.join(', ')})`, fields: { ...callFields(payload, fn), args } };
}

function decodeReturn(payload: RecordPayload): DecodedPayload {
  const fn = functionOf(payload);
  const fields = { ...callFields(payload, fn), dur: duration(payload), status: 'returned' };
  const values = new ValueDecoder(payload, payload.start + CallField.RESULT);
  if (!values.hasMore) return { message: `${fn.name} returned`, fields };
  const { shown, text } = values.value();
  return {
    message: `${fn.name} returned ${text}`,
    fields: { ...fields, ret: shown.value, args: [{ name: 'return value', ...shown }] },
  };
}

function decodeException(payload: RecordPayload): DecodedPayload {
  const fn = functionOf(payload);
  const fields = { ...callFields(payload, fn), dur: duration(payload), status: 'threw' };
  const values = new ValueDecoder(payload, payload.start + CallField.RESULT);
  if (!values.hasMore) return { message: `${fn.name} threw`, fields };
  const { shown, text } = values.value();
  return {
    message: `${fn.name} threw ${text}`,
    fields: { ...fields, exc: text, args: [{ name: 'exception', ...shown }] },
  };
}

function decodeMark(payload: RecordPayload): DecodedPayload {
  const values = new ValueDecoder(payload, payload.start + CallField.VALUES);
  const name = values.value().shown.value;
  const call = number64(payload, CallField.CALL);
  const place = { depth: depthOf(payload), ...(call === 0 ? {} : { call }) };
  if (!values.hasMore) return { message: name, fields: place };
  const { shown, text } = values.value();
  return { message: `${name} ${text}`, fields: { ...place, args: [{ name: 'data', ...shown }] } };
}

/** What calls and their ends have in common. */
function callFields(payload: RecordPayload, fn: FunctionDefinition): Record<string, unknown> {
  const parent = number64(payload, CallField.PARENT);
  const bits = u32(payload, CallField.DEPTH) >>> CALL_BITS_SHIFT;
  return {
    func: fn.name,
    module: fn.module,
    line: fn.line,
    depth: depthOf(payload),
    call: number64(payload, CallField.CALL),
    ...(parent === 0 ? {} : { parent }),
    ...((bits & CallBit.ASYNC) === 0 ? {} : { async: true }),
    ...((bits & CallBit.GENERATOR) === 0 ? {} : { generator: true }),
  };
}

/** Made once for all records of a ring. */
const functions = new WeakMap<Definitions, Map<number, FunctionDefinition>>();

function functionOf(payload: RecordPayload): FunctionDefinition {
  const { definitions } = payload;
  const id = u32(payload, CallField.FUNCTION);
  let known = functions.get(definitions);
  if (known === undefined) {
    known = new Map();
    functions.set(definitions, known);
  }
  const before = known.get(id);
  if (before !== undefined) return before;
  const read = readFunctionDefinition(definitions.get(FUNCTION_DEFINITION)?.get(id));
  // Not kept where it is not there yet: a follower may read it later.
  if (read !== undefined) known.set(id, read);
  return read ?? { name: `function ${id}`, kind: 'function', module: '', line: 0, column: 0, parameters: [] };
}

/** Name of the argument of that index: of its parameter, of an element of the rest, or where it stands. */
function parameterName({ parameters }: FunctionDefinition, index: number): string {
  const last = parameters.length - 1;
  const rest = parameters[last];
  if (rest?.startsWith('...') === true && index >= last) return `${rest.slice(3)}[${index - last}]`;
  return parameters[index] ?? `arguments[${index}]`;
}

/** In whole nanoseconds: untrusted, and the clock may have been anything. */
function duration({ bytes, start, littleEndian }: RecordPayload): number {
  const at = start + CallField.DURATION;
  const value = littleEndian ? bytes.readDoubleLE(at) : bytes.readDoubleBE(at);
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : 0;
}

function depthOf(payload: RecordPayload): number {
  return u32(payload, CallField.DEPTH) & MAX_DEPTH;
}

function number64(payload: RecordPayload, field: number): number {
  return u32(payload, field) + u32(payload, field + 4) * 0x1_0000_0000;
}

function u32({ bytes, start, littleEndian }: RecordPayload, field: number): number {
  return littleEndian ? bytes.readUInt32LE(start + field) : bytes.readUInt32BE(start + field);
}

function isShort({ start, end }: RecordPayload, size: number): boolean {
  return end - start < size;
}

function shortRecord({ start, end }: RecordPayload): DecodedPayload {
  return { message: `a call of ${end - start} bytes: it is too short` };
}
