import {
  type LogTarget,
  layOutLogFooter,
  logEntries,
  NUMBER_OF_MESSAGES,
  readLogConfiguration,
  readMessages,
} from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { interruptible } from '../interruption.ts';
import { WordReader } from '../word-reader.ts';
import { entryFormat } from './entry-format.ts';
import { newestOf, printEntries, reportUnread } from './entry-printer.ts';
import { entryFilter, entryLayout, type MessagesRequest, readMessagesRequest } from './messages-request.ts';
import { checkMessagesPrivilege } from './privilege.ts';

/** Options of `show log`. */
interface ShowMessagesOptions {
  readonly follow?: boolean;
  readonly last?: number;
  readonly utc?: boolean;
  readonly json?: boolean;
}

/** `show log`: prints messages, newest first. */
export const showMessages: Run<ShowMessagesOptions> = async ({ operands, options, out, err }) => {
  const request = readMessagesRequest(new WordReader(operands, 'show log'));
  const { follow = false, json = false, utc = false, last = Number.POSITIVE_INFINITY } = options;
  const configuration = readLogConfiguration();
  checkMessagesPrivilege(configuration);
  const target = targetOf(configuration.targets, request);
  const layout = entryLayout(request, target.format, utc);
  const format = entryFormat(json, layout);
  const accepts = entryFilter(request, layout, utc);
  const newest = target.numberOfMessages ?? NUMBER_OF_MESSAGES.factory;
  if (follow) {
    const { followMessages } = await import('./follow-messages.ts');
    const { log } = request;
    const options = { log, newest, last, suppressRepeats: target.suppressRepeats, accepts, format, json };
    return await interruptible((signal) => followMessages(options, out, err, signal));
  }
  const { incidents, unknown, problems } = readMessages(request.log, newest);
  const shown = newestOf(logEntries(incidents, target.suppressRepeats).filter(accepts), last);
  await printEntries(request.chronological ? shown : shown.reverse(), format, out);
  if (!json) await out.write(layOutLogFooter(shown.length));
  return await reportUnread(unknown, problems, err);
};

function targetOf(targets: readonly LogTarget[], { log }: MessagesRequest): LogTarget {
  const target = targets.find(({ kind }) => kind === log);
  // A configuration that was read has both.
  if (target === undefined) throw new Error(`no target ${log}`);
  return target;
}
