import { clearMessages, type MessageLog } from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { jsonLine } from '../json-line.ts';
import { plural } from '../quantity.ts';
import { WordReader } from '../word-reader.ts';

/** Reads the words behind `clear log`: the logs to clear, none where there is nothing to do. @throws UsageError */
export function readClearRequest(reader: WordReader): MessageLog[] {
  const what = reader.take(['static', 'messages', 'error-led']);
  const logs: MessageLog[] =
    what === 'static'
      ? ['memory-buffer', 'nvram']
      : what === 'error-led'
        ? []
        : [(what === 'messages' ? reader.take(['memory-buffer', 'nvram']) : undefined) ?? 'memory-buffer'];
  reader.end();
  return logs;
}

/** `clear log`. */
export const clearLog: Run<{ readonly json?: boolean }> = async ({ operands, options, out, err }) => {
  const logs = readClearRequest(new WordReader(operands, 'clear log'));
  if (logs.length === 0) await err.line('trace-cli: There is no error LED here, so nothing was cleared.');
  for (const log of logs) {
    const cleared = clearMessages(log);
    await out.write(
      options.json === true
        ? jsonLine({ target: log, cleared })
        : `${log}: cleared ${plural(cleared, 'message')}\n`,
    );
  }
  return ExitCode.DONE;
};
