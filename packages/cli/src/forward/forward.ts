import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { ForwardOptions } from './forward-options.ts';

/** Options that mean nothing to syslog servers. */
const OF_OTLP = [
  'protocol',
  'header',
  'gzip',
  'ca',
  'cert',
  'key',
  'timeout',
  'batch',
  'once',
  'db',
] as const satisfies readonly (keyof ForwardOptions)[];

/** `forward`: brings what processes have to say elsewhere, until it is stopped. */
export const forward: Run<ForwardOptions> = async (invocation) => {
  const { options } = invocation;
  const { syslog = false, otlp } = options;
  if (syslog && otlp !== undefined)
    throw new UsageError('"--syslog" and "--otlp" are two forwarders; start one of each');
  if (!syslog && otlp === undefined)
    throw new UsageError(
      'forward needs to know where to; write "forward --syslog" or "forward --otlp <url>".',
    );
  const stray = syslog ? OF_OTLP.find((name) => options[name] !== undefined) : undefined;
  if (stray !== undefined)
    throw new UsageError(`"--${stray}" goes with "--otlp" only; leave it out, or leave out "--syslog"`);
  // What one of them needs the other does not pay for.
  if (otlp === undefined) return await (await import('./syslog.ts')).forwardToSyslog(invocation);
  return await (await import('../forward-otlp/forward-otlp.ts')).forwardOtlp(otlp, invocation);
};
