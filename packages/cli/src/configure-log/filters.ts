import { createFilter, DEFAULT_FILTER_NAME, deleteFilter } from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { demandFilterName } from '../log-words/filter.ts';
import { plural } from '../quantity.ts';
import { WordReader } from '../word-reader.ts';
import { changeConfiguration } from './change-configuration.ts';

/** A filter to create. */
interface CreateRequest {
  readonly name: string;
  /** Absent: without items. */
  readonly copyOf: string | undefined;
}

/** Reads the words behind `create log filter`. @throws UsageError */
export function readCreateRequest(reader: WordReader): CreateRequest {
  const name = reader.text('<name>');
  const copyOf = reader.flag('copy') ? demandFilterName(reader) : undefined;
  reader.end();
  return { name, copyOf };
}

/** `create log filter`. */
export const createLogFilter: Run<object> = async ({ operands, out }) => {
  const { name, copyOf } = readCreateRequest(new WordReader(operands, 'create log filter'));
  const { filters } = changeConfiguration((configuration) => createFilter(configuration, name, copyOf));
  const { items = [] } = filters.find((filter) => filter.name === name) ?? {};
  await out.line(`${name}: created with ${plural(items.length, 'item')}`);
  return ExitCode.DONE;
};

/** Reads the words behind `delete log filter`: a name, or `all`. @throws UsageError */
export function readDeleteRequest(reader: WordReader): string {
  const name = demandFilterName(reader, ['all']);
  reader.end();
  return name;
}

/** `delete log filter`. */
export const deleteLogFilter: Run<object> = async ({ operands, out }) => {
  const name = readDeleteRequest(new WordReader(operands, 'delete log filter'));
  changeConfiguration((configuration) => deleteFilter(configuration, name));
  await out.line(
    name.toLowerCase() === 'all' ? `all but ${DEFAULT_FILTER_NAME}: deleted` : `${name}: deleted`,
  );
  return ExitCode.DONE;
};
