import {
  configureTarget,
  type DeliveryLine,
  followSession,
  type LogConfiguration,
  type LogTarget,
  layOutLine,
  readLogConfiguration,
  type TargetChange,
} from '@tracebuf/exos-log';
import { isoTime, recordToJson } from '@tracebuf/ring';
import type { Invocation } from '../command.ts';
import { asUsage } from '../configure-log/change-configuration.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { checkMessagesPrivilege } from '../show-log/privilege.ts';

/** Options of a session. */
interface SessionOptions {
  readonly utc?: boolean;
  readonly json?: boolean;
}

/**
 * `enable log target session`: a target of this terminal alone. Every program stores what it takes, and this one prints it
 * until it is interrupted; then the target is gone.
 *
 * @param change How the target differs from that of the factory.
 */
export async function showSession(
  change: TargetChange,
  { options, out }: Invocation<SessionOptions>,
): Promise<ExitCode> {
  const { utc = false, json = false } = options;
  const configuration = readLogConfiguration();
  checkMessagesPrivilege(configuration);
  const target = sessionTarget(configuration, change);
  return await interruptible(async (signal) => {
    for await (const { line } of followSession(target, { signal })) {
      await out.write(json ? jsonLine(lineToJson(line)) : `${layOutLine(line, target.format, { utc })}\n`);
    }
    return ExitCode.DONE;
  });
}

function sessionTarget(configuration: LogConfiguration, change: TargetChange): LogTarget {
  const { targets } = asUsage(() => configureTarget(configuration, 'session', { ...change, enabled: true }));
  // There is one in every configuration.
  return targets.find(({ kind }) => kind === 'session') as LogTarget;
}

/** The record of the incident; repeats and losses with the keys of records, as far as they apply. */
function lineToJson({ kind, time, incident, count, text, process }: DeliveryLine): Record<string, unknown> {
  if (incident === undefined)
    return { time: isoTime(time), process, level: 'warn', kind, message: text, count };
  const record = recordToJson(incident.record);
  return kind === 'repeats' ? { ...record, time: isoTime(time), message: text, repeated: count } : record;
}
