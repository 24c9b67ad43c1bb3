import {
  announceConfiguration,
  closeSession,
  configureTarget,
  type Incident,
  judgeIncident,
  type LogConfiguration,
  LogEntries,
  type LogTarget,
  layOutEntry,
  openSession,
  readLogConfiguration,
  type TargetChange,
} from '@tracebuf/exos-log';
import type { Invocation } from '../command.ts';
import { changesAsUsage } from '../configure-log/change-configuration.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible } from '../interruption.ts';
import { entryFormat } from '../show-log/entry-format.ts';
import { followLog, startFollowing } from '../show-log/follow-log.ts';
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
  let configuration = readLogConfiguration();
  checkMessagesPrivilege(configuration);
  const target = sessionTarget(configuration, change);
  const entries = new LogEntries(target.suppressRepeats);
  const format = entryFormat(json, (entry) => layOutEntry(entry, target.format, { utc }));
  const view = {
    wants: (incident: Incident) => takes(configuration, target, incident),
    entries,
    accepts: () => true,
    format,
    json,
    updated: () => {
      configuration = readLogConfiguration();
    },
  };
  return await interruptible(async (signal) => {
    const followed = startFollowing('memory-buffer');
    try {
      openSession(target);
      announceConfiguration();
      await followLog(followed, view, out, signal);
    } finally {
      followed.close();
      closeSession();
      announceConfiguration();
    }
    return ExitCode.DONE;
  });
}

function sessionTarget(configuration: LogConfiguration, change: TargetChange): LogTarget {
  const { targets } = changesAsUsage(() =>
    configureTarget(configuration, 'session', { ...change, enabled: true }),
  );
  // There is one in every configuration.
  return targets.find(({ kind }) => kind === 'session') as LogTarget;
}

function takes(configuration: LogConfiguration, target: LogTarget, incident: Incident): boolean {
  const { component, condition, values, record } = incident;
  const { message } = record;
  return judgeIncident(configuration, target, component, condition, values, message, Date.now()).passes;
}
