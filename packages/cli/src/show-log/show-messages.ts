import {
  type LogTarget,
  layOutLogFooter,
  logEntries,
  type Messages,
  messagesAmong,
  NUMBER_OF_MESSAGES,
  readLogConfiguration,
  readMessages,
} from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { interruptible } from '../interruption.ts';
import { WordReader } from '../word-reader.ts';
import { entryFormat } from './entry-format.ts';
import { newestOf, printEntries, reportUnread } from './entry-printer.ts';
import { entryFilter, entryLayout, type MessagesRequest, readMessagesRequest } from './messages-request.ts';
import { checkMessagesPrivilege } from './privilege.ts';

/** Options of `show log`. */
interface ShowMessagesOptions {
  readonly db?: string;
  readonly follow?: boolean;
  readonly last?: number;
  readonly utc?: boolean;
  readonly json?: boolean;
}

/** `show log`: prints messages, newest first. */
export const showMessages: Run<ShowMessagesOptions> = async ({ operands, options, out, err }) => {
  const request = readMessagesRequest(new WordReader(operands, 'show log'));
  const { db, follow = false, json = false, utc = false, last = Number.POSITIVE_INFINITY } = options;
  const configuration = readLogConfiguration();
  checkMessagesPrivilege(configuration);
  const target = targetOf(configuration.targets, request);
  const layout = entryLayout(request, target.format, utc);
  const format = entryFormat(json, layout);
  const accepts = entryFilter(request, layout, utc);
  const newest = target.numberOfMessages ?? NUMBER_OF_MESSAGES.factory;
  if (db !== undefined && (follow || request.log === 'nvram')) {
    const word = follow ? '--follow' : 'nvram';
    throw new UsageError(
      `A database holds what the memory buffers of processes took, and nothing comes; leave out "${word}"`,
    );
  }
  if (follow) {
    const { followMessages } = await import('./follow-messages.ts');
    const { log } = request;
    const options = { log, newest, last, suppressRepeats: target.suppressRepeats, accepts, format, json };
    return await interruptible((signal) => followMessages(options, out, err, signal));
  }
  const { incidents, unknown, problems } =
    db === undefined ? readMessages(request.log, newest) : await storedMessages(db, newest);
  const shown = newestOf(logEntries(incidents, target.suppressRepeats).filter(accepts), last);
  await printEntries(request.chronological ? shown : shown.reverse(), format, out);
  if (!json) await out.write(layOutLogFooter(shown.length));
  return await reportUnread(unknown, problems, err);
};

/** The messages that a database holds, whatever was cleared since they were recorded. */
async function storedMessages(path: string, newest: number): Promise<Messages> {
  const { parseFilter } = await import('@tracebuf/query');
  const { openStoredRecords, recordsOf } = await import('../stored-records.ts');
  const stored = openStoredRecords(path, { only: parseFilter("kind == 'incident'") });
  try {
    return messagesAmong(recordsOf(stored), newest);
  } finally {
    stored.close();
  }
}

function targetOf(targets: readonly LogTarget[], { log }: MessagesRequest): LogTarget {
  const target = targets.find(({ kind }) => kind === log);
  // A configuration that was read has both.
  if (target === undefined) throw new Error(`no target ${log}`);
  return target;
}
