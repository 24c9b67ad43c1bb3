import {
  changeFilter,
  describeEdit,
  type Events,
  type FilterEdit,
  type FilterStatement,
  type ParameterMatch,
  type Selection,
  severityMask,
} from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { knownComponents } from '../log-words/components.ts';
import { demandCriteria } from '../log-words/criteria.ts';
import { demandEvents } from '../log-words/events.ts';
import { demandFilterName } from '../log-words/filter.ts';
import { demandSeverity, demandSeverityOr } from '../log-words/severity.ts';
import { WordReader } from '../word-reader.ts';
import { changeConfiguration } from './change-configuration.ts';

/** A change to a filter, as its words say. */
interface FilterRequest {
  readonly name: string;
  readonly action: 'add' | 'delete';
  readonly statement: FilterStatement;
}

/** Reads the words behind `configure log filter`. @throws UsageError, UnknownEventError */
export function readFilterRequest(reader: WordReader): FilterRequest {
  const name = demandFilterName(reader);
  const action = reader.demand(['add', 'delete']);
  const exclude = reader.flag('exclude');
  reader.demand(['events']);
  const events = demandEvents(reader);
  // "all" says what delete and exclude mean without a severity.
  const severity = readSeverity(reader, action === 'delete' || exclude);
  const match = readMatch(reader, events, severity);
  reader.end();
  return {
    name,
    action,
    statement: { exclude, events, ...severity, ...(match === undefined ? {} : { match }) },
  };
}

function readSeverity(reader: WordReader, allowsAll: boolean): Pick<FilterStatement, 'severity' | 'only'> {
  if (!reader.flag('severity')) return {};
  const severity = allowsAll ? demandSeverityOr(reader, 'all') : demandSeverity(reader);
  return { severity, only: severity !== 'all' && reader.flag('only') };
}

function readMatch(
  reader: WordReader,
  events: Events,
  { severity = 'all', only }: Pick<FilterStatement, 'severity' | 'only'>,
): ParameterMatch | undefined {
  const kind = reader.take(['match', 'strict-match']);
  if (kind === undefined) return undefined;
  const severities = severity === 'all' ? severityMask('debug-data') : severityMask(severity, only);
  const selection: Selection = { events, severities, threshold: false };
  return {
    strict: kind === 'strict-match',
    criteria: demandCriteria(reader, knownComponents().components, selection),
  };
}

/** `configure log filter`. */
export const configureFilter: Run<object> = async ({ operands, out, err }) => {
  const { name, action, statement } = readFilterRequest(new WordReader(operands, 'configure log filter'));
  let edit: FilterEdit | undefined;
  changeConfiguration((configuration) => {
    const changed = changeFilter(configuration, name, action, statement);
    edit = changed.edit;
    return changed.configuration;
  });
  if (edit === undefined) return ExitCode.FAILED;
  await out.line(`${edit.filter.name}: ${describeEdit(edit)}`);
  if (action === 'delete' && edit.deleted + edit.split === 0) {
    const kind = statement.exclude === true ? 'exclude' : 'include';
    await err.line(`trace-cli: No ${kind} item has any of that, so nothing was deleted.`);
  }
  return ExitCode.DONE;
};
