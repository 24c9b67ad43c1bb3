import type { ProviderStatus, RememberedProvider } from '@tracebuf/etw';
import type { Run } from '../command.ts';
import { jsonLine } from '../json-line.ts';
import { shortState } from '../process-state.ts';
import { reportProblems } from '../read-problems.ts';
import { type Column, formatTable } from '../table.ts';
import { isAll } from '../target.ts';
import { knownProviders } from './find-provider.ts';
import { hex, keywordText, levelText } from './selection-text.ts';

/** A line: a provider of a process, or one that is enabled for processes to come. */
type Row = ProviderStatus | RememberedProvider;

const MAX_NAME = 40;

/** `provider list`. */
export const listProvidersOf: Run<{ readonly json?: boolean }> = async ({
  operands: [proc = 'all'],
  options,
  out,
  err,
}) => {
  const { providers, remembered, problems } = knownProviders(proc);
  const rows: Row[] = [...providers, ...(isAll(proc) ? remembered : [])];
  if (options.json === true) await out.write(rows.map((row) => jsonLine(rowJson(row))).join(''));
  else if (rows.length === 0) await out.write('No process has ETW providers, and none is enabled.\n');
  else await out.write(formatTable(COLUMNS, rows, out.color));
  return await reportProblems(problems, err);
};

/** Text about the process of a row; empty where there is none. */
const ofProcess =
  (text: (provider: ProviderStatus) => string) =>
  (row: Row): string =>
    'process' in row ? text(row) : '';

const isOn = (row: Row): boolean => !('process' in row) || row.enabled;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'PROVIDER', max: MAX_NAME, text: ({ name }) => name ?? '', style: () => 'cyan' },
  { title: 'GUID', text: ({ id }) => id },
  {
    title: 'PROCESS',
    max: MAX_NAME,
    text: (row) => ('process' in row ? row.process.name : 'those to come'),
  },
  { title: 'PID', align: 'right', text: ofProcess(({ process }) => String(process.pid)) },
  { title: 'STATE', text: ofProcess(({ process }) => shortState(process)) },
  {
    title: 'LEVEL',
    text: (row) => (isOn(row) ? levelText(row.level) : 'off'),
    style: (row) => (isOn(row) ? 'green' : 'yellow'),
  },
  { title: 'KEYWORDS', text: (row) => (isOn(row) ? keywordText(row.keyword) : '') },
  { title: 'RECORDS', align: 'right', text: ofProcess(({ status }) => String(status.counts.readable)) },
  { title: 'BUFFER', max: MAX_NAME, text: ofProcess(({ status }) => status.buffer) },
];

function rowJson(row: Row): Record<string, unknown> {
  const { id, name, level, keyword } = row;
  if (!('process' in row)) {
    return { provider: name, id, remembered: true, enabled: true, level, keyword: hex(keyword) };
  }
  return providerJson(row);
}

/** A provider of a process as the object that `--json` shows; the keys are stable. */
export function providerJson({
  name,
  id,
  groupId,
  process,
  status,
  enabled,
  level,
  keyword,
}: ProviderStatus): Record<string, unknown> {
  const { readable, appended } = status.counts;
  return {
    provider: name,
    id,
    ...(groupId === undefined ? {} : { groupId }),
    process: process.name,
    pid: process.pid,
    state: process.state,
    buffer: status.buffer,
    enabled,
    level,
    keyword: hex(keyword),
    records: readable,
    appended,
  };
}
