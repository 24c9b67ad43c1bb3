import { readDeliveryStatus, type TargetDeliveryStatus } from '@tracebuf/exos-log';
import { isoTime, textTime, visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { jsonLine } from '../json-line.ts';
import { printLines } from '../print-lines.ts';
import { type Column, formatTable } from '../table.ts';

const COLUMNS: readonly Column<TargetDeliveryStatus>[] = [
  { title: 'TARGET', text: ({ target }) => target },
  { title: 'CONNECTION', text: ({ enabled, connection }) => (enabled ? connection : 'disabled') },
  { title: 'DELIVERED', align: 'right', text: ({ delivered }) => String(delivered) },
  {
    title: 'LOST',
    align: 'right',
    text: ({ lost }) => String(lost),
    style: ({ lost }) => (lost > 0 ? 'magenta' : undefined),
  },
  { title: 'REPEATED', align: 'right', text: ({ repeated }) => String(repeated) },
  { title: 'FAILED', align: 'right', text: ({ failed }) => String(failed) },
  { title: 'RESENT', align: 'right', text: ({ resent }) => String(resent) },
  { title: 'LAST ERROR', text: lastErrorText },
];

function lastErrorText({ lastError, lastErrorAt }: TargetDeliveryStatus): string {
  if (lastError === undefined) return '';
  return lastErrorAt === undefined
    ? lastError
    : `${textTime(lastErrorAt * 1000, false).slice(0, -7)} ${lastError}`;
}

/** `show log delivery`. */
export const showDelivery: Run<{ readonly json?: boolean }> = async ({ options, out }) => {
  const { deliverer, targets } = readDeliveryStatus();
  if (options.json === true) {
    await printLines(
      targets.map((status) => jsonLine(statusToJson(status))),
      out,
    );
    return ExitCode.DONE;
  }
  await out.write(formatTable(COLUMNS, targets, out.color));
  const who = deliverer === undefined ? 'nobody' : `${deliverer.name}.${deliverer.pid}`;
  await out.line(visibleText(`Syslog servers are served by ${who}.`));
  return ExitCode.DONE;
};

function statusToJson(status: TargetDeliveryStatus): Record<string, unknown> {
  const { target, enabled, connection, delivered, lost, repeated, failed, resent } = status;
  const { lastError, lastErrorAt, lastDeliveredAt } = status;
  return {
    target,
    enabled,
    connection,
    delivered,
    lost,
    repeated,
    failed,
    resent,
    ...(lastError === undefined ? {} : { lastError }),
    ...(lastErrorAt === undefined ? {} : { lastErrorAt: isoTime(lastErrorAt * 1000) }),
    ...(lastDeliveredAt === undefined ? {} : { lastDeliveredAt: isoTime(lastDeliveredAt * 1000) }),
  };
}
