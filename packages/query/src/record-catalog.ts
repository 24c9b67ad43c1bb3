import type { TraceRecord } from '@tracebuf/ring';
import {
  createCatalog,
  type FieldCatalog,
  type FieldDefinition,
  jsonField,
  type OpenFields,
} from './catalog.ts';

/** Fields of function-call records, which their decoder puts under these names in `fields`. */
const TRACER_FIELDS: readonly (readonly [string, string])[] = [
  ['module', 'file of the function'],
  ['func', 'name of the function'],
  ['line', 'line of the function'],
  ['depth', 'depth of the call'],
  ['status', 'how the call ended'],
  ['arg', 'name of an argument'],
  ['value', 'value of an argument'],
  ['type', 'type of an argument'],
  ['ret', 'returned value'],
  ['exc', 'thrown exception'],
  ['run', 'run of the program'],
];

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
      ...TRACER_FIELDS.map(([name, description]) => jsonField(open, [name], { description })),
      jsonField(open, ['dur'], { type: 'duration', unit: 'ns', description: 'duration of the call' }),
    ],
    open,
  );
}

/** The catalog of {@link TraceRecord}, with columns that are not qualified: the default everywhere. */
export const recordCatalog: FieldCatalog<TraceRecord> = createRecordCatalog();
