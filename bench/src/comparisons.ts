import type { Comparison } from './comparison.ts';
import { comparison as log } from './comparisons/log.ts';
import { lttngDefault, lttngSmall } from './comparisons/log-lttng.ts';
import { belowLevel, disabled } from './comparisons/log-unwanted.ts';

/** All comparisons, in the order of the table. */
export const comparisons: readonly Comparison[] = [log, lttngSmall, lttngDefault, disabled, belowLevel];
