/** Trace buffers in SQLite: the recorder that drains them, the schema, retention, and queries. */
export { type CallArgument, type CallRecord, callRecord, callStart } from './calls/call-record.ts';
export type { FunctionStatistics } from './calls/function-statistics.ts';
export { DatabaseError } from './errors.ts';
export { fullTextQuery, indexMessages } from './full-text.ts';
export { DatabaseSource } from './query/database-source.ts';
export { countValues, fieldReader } from './query/entry-groups.ts';
export { type LiveOptions, LiveSource, type RecordsAsTheyCome } from './query/live-source.ts';
export {
  compareKeys,
  type Direction,
  finish,
  type GroupCounts,
  type PlacedRecord,
  type Progress,
  type RecordKey,
  type RecordSource,
  type Selection,
  type TextSearch,
  type Work,
} from './query/record-source.ts';
export type { StoredProcess, StoredRing } from './query/stored-books.ts';
export { Recorder, type RecorderOptions, type RecorderTotals } from './recorder.ts';
export { type DatabaseRetention, DEFAULT_RETENTION } from './retention.ts';
export { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';
export { type RunningRecorder, startRecorder } from './start-recorder.ts';
export { RecordStore, type StoredCounts, storeRecords } from './store-records.ts';
export { type OpenOptions, openTraceDatabase } from './trace-database.ts';
