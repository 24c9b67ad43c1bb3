/** Memory-mapped trace buffers: the writer, the readers, and the registry of processes that have them. */
export { type ActiveSpan, activeSpan } from './active-span.ts';
export type { LineReader } from './append.ts';
export type { PayloadWriter } from './append-payload.ts';
export { type BufferCommand, type CommandedBuffer, controlBuffers } from './buffer-control.ts';
export type { TraceBufferOptions } from './buffer-options.ts';
export type { BufferStatus } from './buffer-status.ts';
export { parseBytes } from './byte-count.ts';
export type { ControlWords } from './control.ts';
export { parseCutJson } from './cut-json.ts';
export { CUT_MARK } from './cut-mark.ts';
export {
  type DecodedPayload,
  type RecordDecoder,
  type RecordPayload,
  registerDecoder,
  textOf,
} from './decode.ts';
export { type Definition, type Definitions, LEVEL_DEFINITION } from './definitions.ts';
export { createDumpFile, type DumpFile, dumpPath, openRoot, type Root, rootPath } from './directory.ts';
export { editDistance } from './edit-distance.ts';
export {
  AmbiguousProcessError,
  CorruptRingError,
  InsecureDirectoryError,
  InvalidOptionError,
  InvalidRecordError,
  NetworkDirectoryError,
  StorageError,
  TraceBufferAlreadyExistsError,
  TracebufError,
  UnfinishedRingError,
  UnknownProcessError,
  UnknownTraceBufferError,
  UnsupportedFormatError,
} from './errors.ts';
export { parseJsonPayload, spanIdsIn } from './json-payload.ts';
export { RecordFlag, RecordKind } from './layout.ts';
export { Level, type LevelName, levelName, MAX_LEVEL, parseLevel } from './level.ts';
export type { ProcessState } from './liveness.ts';
export { mergeByTime } from './merge.ts';
export { nearest } from './nearest.ts';
export { allowsNetworkDirectory, networkFileSystem } from './network-file-system.ts';
export { clearTraceBuffer, dumpTraceBuffer } from './process-buffers.ts';
export type { ProcessEntry, RingFile } from './process-entry.ts';
export type { TraceRecord } from './record.ts';
export { recordFromJson } from './record-from-json.ts';
export { isoTime, recordToJson } from './record-json.ts';
export {
  findProcesses,
  listProcesses,
  type ProcessList,
  type ProcessProblem,
  selectProcesses,
} from './registry.ts';
export { isBooked, OTHER_BUFFERS, type RemovedBook, type RemovedRings } from './removed-rings.ts';
export { type PruneOptions, type PruneResult, prune, type Retention } from './retention.ts';
export type { RingCounts } from './ring-reader.ts';
export { formatRecord, type TextLayout, textTime } from './text-layout.ts';
export { openTraceBuffer, TraceBuffer } from './trace-buffer.ts';
export { type ReadProblem, TraceReader, type TraceReaderOptions } from './trace-reader.ts';
export { visibleText } from './visible-text.ts';
