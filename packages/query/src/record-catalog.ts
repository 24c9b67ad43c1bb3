import type { TraceRecord } from '@tracebuf/ring';
import {
  createCatalog,
  type ElementList,
  type FieldCatalog,
  type FieldDefinition,
  jsonField,
  type OpenFields,
} from './catalog.ts';

/** Fields of function-call records, which their decoder puts under these names in `fields`. */
const CALL_FIELDS: readonly (readonly [string, string])[] = [
  ['module', 'file of the function'],
  ['func', 'name of the function'],
  ['line', 'line of the function'],
  ['depth', 'depth of the call'],
  ['status', 'how the call ended'],
  ['ret', 'returned value'],
  ['exc', 'thrown exception'],
  ['run', 'run of the program'],
];

/** Fields of one argument, and their keys in it; a result is the argument `return value` or `exception`. */
const ARGUMENT_FIELDS: readonly (readonly [name: string, key: string, description: string])[] = [
  ['arg', 'name', 'name of an argument'],
  ['value', 'value', 'value of an argument'],
  ['type', 'type', 'type of an argument'],
];

/**
 * The arguments of a call: `arg == 'n' and value == '1'` speaks of one and the same of them, `arg.n` is the value of the one
 * called `n`.
 *
 * @param document SQL expression for the fields of a record as JSON. Trusted: it becomes SQL as it is.
 */
export function argumentList(document: string): ElementList<TraceRecord> {
  const get = (record: TraceRecord): unknown => record.fields?.args;
  return { get, document, key: 'args', root: 'arg', nameKey: 'name', valueKey: 'value' };
}

/**
 * Makes the catalog of {@link TraceRecord} and of its table
 * `records(time, process, pid, thread, buffer, seq, level, severity, kind, message, fields, traceId, spanId)`.
 *
 * @param qualifier Name of the table or its alias in the query, written before each column; default none.
 * @throws TypeError where the qualifier is no plain identifier.
 */
export function createRecordCatalog(qualifier?: string): FieldCatalog<TraceRecord> {
  if (qualifier !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(qualifier)) {
    throw new TypeError(`${JSON.stringify(qualifier)} is no plain SQL identifier: use letters, digits and _`);
  }
  const prefix = qualifier === undefined ? '' : `"${qualifier}".`;
  const column = (
    name: string,
    type: FieldDefinition<TraceRecord>['type'],
    get: (record: TraceRecord) => unknown,
    description: string,
    columnName: string = name,
  ): FieldDefinition<TraceRecord> => ({
    name,
    type,
    get,
    description,
    source: { kind: 'column', expression: `${prefix}"${columnName}"` },
  });
  const open: OpenFields<TraceRecord> = {
    root: 'fields',
    get: (record) => record.fields,
    document: `${prefix}"fields"`,
  };
  const level: FieldDefinition<TraceRecord> = {
    name: 'level',
    type: 'level',
    description: 'level: a name or a number',
    get: (record) => record.severity,
    label: (record) => record.level,
    source: { kind: 'column', expression: `${prefix}"severity"`, label: `${prefix}"level"` },
  };
  return createCatalog<TraceRecord>(
    [
      column('time', 'time', (record) => record.time, 'when it was written'),
      level,
      column('msg', 'string', (record) => record.message, 'the message', 'message'),
      column('message', 'string', (record) => record.message, 'the message'),
      column('process', 'string', (record) => record.process, 'name of the process'),
      column('pid', 'number', (record) => record.pid, 'process id'),
      column('thread', 'number', (record) => record.thread, 'thread, 0 is the main one'),
      column('buffer', 'string', (record) => record.buffer, 'trace buffer'),
      column('kind', 'string', (record) => record.kind, 'kind of record'),
      column('seq', 'number', (record) => record.seq, 'number in its ring'),
      column('traceId', 'string', (record) => record.traceId, 'trace of the active span'),
      column('spanId', 'string', (record) => record.spanId, 'active span'),
      jsonField(open, ['name'], { description: 'name of the logger (fields.name)' }),
      column('tid', 'number', (record) => record.thread, 'the same as thread', 'thread'),
      ...CALL_FIELDS.map(([name, description]) => jsonField(open, [name], { description })),
      ...ARGUMENT_FIELDS.map(([name, elementKey, description]) => ({
        ...jsonField(open, [name], { description }),
        elementKey,
      })),
      jsonField(open, ['dur'], { type: 'duration', unit: 'ns', description: 'duration of the call' }),
    ],
    open,
    argumentList(open.document),
  );
}

/** The catalog of {@link TraceRecord}, with columns that are not qualified: the default everywhere. */
export const recordCatalog: FieldCatalog<TraceRecord> = createRecordCatalog();
