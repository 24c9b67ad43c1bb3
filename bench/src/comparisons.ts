import type { Comparison } from './comparison.ts';
import { calls } from './comparisons/calls.ts';
import { condition, conditionFloor, notIncluded } from './comparisons/condition.ts';
import { etwBuilt, etwDeclared, etwDisabled } from './comparisons/etw-events.ts';
import { comparison as firstScreen } from './comparisons/first-screen.ts';
import { comparison as heap } from './comparisons/heap-growth.ts';
import { comparison as log } from './comparisons/log.ts';
import { lttngDefault, lttngSmall } from './comparisons/log-lttng.ts';
import { belowLevel, belowNamedLevel, disabled } from './comparisons/log-unwanted.ts';
import { comparison as loopDelay } from './comparisons/loop-delay.ts';
import { memoryMapped, memoryPositional } from './comparisons/memory.ts';
import {
  pinoAsync,
  pinoFields,
  pinoFloor,
  pinoOverhead,
  pinoSync,
  pinoSyncFloor,
} from './comparisons/pino.ts';
import { readLogs, readPino } from './comparisons/reading.ts';
import { draining, recording, writerWhileRecorded } from './comparisons/recording.ts';
import { comparison as showTrace } from './comparisons/show-trace.ts';
import { spanProcessor } from './comparisons/span-processor.ts';
import { stallDisk, stallDiskPositional, stallMemory, stallMemoryPositional } from './comparisons/stall.ts';
import { comparison as winston } from './comparisons/winston-overhead.ts';

/** All comparisons, in the order of the table. */
export const comparisons: readonly Comparison[] = [
  log,
  lttngSmall,
  lttngDefault,
  disabled,
  belowLevel,
  belowNamedLevel,
  heap,
  stallMemory,
  stallMemoryPositional,
  stallDisk,
  stallDiskPositional,
  loopDelay,
  memoryMapped,
  memoryPositional,
  etwDeclared,
  etwBuilt,
  etwDisabled,
  pinoOverhead,
  pinoFields,
  pinoFloor,
  pinoSync,
  pinoSyncFloor,
  pinoAsync,
  winston,
  condition,
  conditionFloor,
  notIncluded,
  spanProcessor,
  ...calls,
  readLogs,
  readPino,
  showTrace,
  firstScreen,
  recording,
  draining,
  writerWhileRecorded,
];
