/** What packages that keep files of their own beside the rings build them on; programs that log don't need it. */
export { readTexts, type Texts } from './append-texts.ts';
export { type Definition, type Definitions, readDefinitions } from './definitions.ts';
export { openRoot, type Root, rootPath } from './directory.ts';
export { type FileLock, tryLock } from './file-lock.ts';
export { type ProcessIdentity, processIdentity, processKey, processStartedAt } from './identity.ts';
export { type Observer, observe, type ProcessState, processState } from './liveness.ts';
export type { RecordSequence } from './merge.ts';
export { isMissing, type ProcessInfo, writerName } from './process-file.ts';
export { processName } from './process-name.ts';
export {
  type FedRing,
  type FeedEnd,
  type FeedItem,
  RecordFeed,
  type RecordFeedOptions,
  ringKey,
} from './record-feed.ts';
export { RingSource } from './ring-source.ts';
export {
  openSecureDirectory,
  openSecureSubdirectory,
  type SecureDirectory,
} from './secure-directory.ts';
export {
  listNames,
  readSmallFile,
  replaceSmallFile,
  secureCreate,
  secureOpen,
} from './secure-file.ts';
export { createSharedFile } from './shared-file.ts';
export type { RingStorage } from './storage.ts';
