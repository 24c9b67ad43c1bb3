/** Trace buffers in SQLite: the recorder that drains them, the schema, retention, and queries. */
export { DatabaseError } from './errors.ts';
export { Recorder, type RecorderOptions, type RecorderTotals } from './recorder.ts';
export { type DatabaseRetention, DEFAULT_RETENTION } from './retention.ts';
export { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';
export { type RunningRecorder, startRecorder } from './start-recorder.ts';
export { type OpenOptions, openTraceDatabase } from './trace-database.ts';
