/** The severities of conditions, most urgent first, as EXOS names them. */
export const Severity = {
  CRITICAL: 'critical',
  ERROR: 'error',
  WARNING: 'warning',
  NOTICE: 'notice',
  INFO: 'info',
  DEBUG_SUMMARY: 'debug-summary',
  DEBUG_VERBOSE: 'debug-verbose',
  DEBUG_DATA: 'debug-data',
} as const;

/** One of {@link Severity}. */
export type Severity = (typeof Severity)[keyof typeof Severity];
