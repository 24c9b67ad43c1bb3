import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { forwardToSyslog } from './syslog.ts';

/** Options of `forward`. */
export interface ForwardOptions {
  readonly syslog?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** `forward`: brings what processes have to say elsewhere, until it is stopped. */
export const forward: Run<ForwardOptions> = async (invocation) => {
  if (invocation.options.syslog !== true) {
    throw new UsageError('forward needs to know where to; write "forward --syslog".');
  }
  return await forwardToSyslog(invocation);
};
