/** What `trace-cli` tells the shell; scripts may rely on it. */
export const ExitCode = {
  /** What was asked for was done. */
  DONE: 0,
  /** It could not be done. */
  FAILED: 1,
  /** The command line makes no sense. */
  USAGE: 2,
  /** There is no such process, trace buffer, condition, filter, target or provider. */
  NOT_FOUND: 3,
  /** Ctrl-C: 128 plus the number of SIGINT, as shells count. */
  INTERRUPTED: 130,
  /** SIGTERM, counted so too; of services, which end so, it is 0. */
  TERMINATED: 143,
} as const;

/** One of {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
