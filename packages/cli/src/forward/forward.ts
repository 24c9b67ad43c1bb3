import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { ForwardOptions } from './forward-options.ts';

/** `forward`: brings what processes have to say elsewhere, until it is stopped. */
export const forward: Run<ForwardOptions> = async (invocation) => {
  const { syslog = false, otlp } = invocation.options;
  if (syslog === (otlp !== undefined)) {
    throw new UsageError(
      'forward needs to know where to; write "forward --syslog" or "forward --otlp <url>".',
    );
  }
  if (syslog && invocation.options.db !== undefined) {
    throw new UsageError(
      'What a database holds can be sent by "--otlp" only; leave out "--syslog" or "--db"',
    );
  }
  // What one of them needs the other does not pay for.
  if (otlp === undefined) return await (await import('./syslog.ts')).forwardToSyslog(invocation);
  return await (await import('../forward-otlp/forward-otlp.ts')).forwardOtlp(otlp, invocation);
};
