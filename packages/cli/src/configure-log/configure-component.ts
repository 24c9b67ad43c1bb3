import { type Events, eventsText, type Severity, setThreshold } from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { demandEvents } from '../log-words/events.ts';
import { demandSeverityOr } from '../log-words/severity.ts';
import { WordReader } from '../word-reader.ts';
import { changeConfiguration } from './change-configuration.ts';

/** A threshold to set. */
interface ThresholdRequest {
  readonly events: Events;
  /** Absent: that of the factory. */
  readonly severity: Severity | undefined;
}

/** Reads the words behind `configure log component`. @throws UsageError, UnknownEventError */
export function readThresholdRequest(reader: WordReader): ThresholdRequest {
  const events = demandEvents(reader);
  reader.demand(['severity']);
  const severity = demandSeverityOr(reader, 'factory');
  reader.end();
  return { events, severity: severity === 'factory' ? undefined : severity };
}

/** `configure log component`: the threshold of a component or sub-component. */
export const configureComponent: Run<object> = async ({ operands, out }) => {
  const { events, severity } = readThresholdRequest(new WordReader(operands, 'configure log component'));
  changeConfiguration((configuration) => setThreshold(configuration, events, severity));
  await out.line(`${eventsText(events)}: threshold ${severity ?? 'as in the factory'}`);
  return ExitCode.DONE;
};
