import { setConditionDebug, setDebugMode } from '@tracebuf/exos-log';
import { textTime } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { changeConfiguration } from '../configure-log/change-configuration.ts';
import { ExitCode } from '../exit-code.ts';
import { demandCondition } from '../log-words/events.ts';
import type { Output } from '../output.ts';
import { spanValue } from '../span-value.ts';
import { WordReader } from '../word-reader.ts';

/** `enable log debug-mode`. */
export const enableDebugMode: Run<object> = async ({ out }) => await changeDebugMode(true, out);

/** `disable log debug-mode`. */
export const disableDebugMode: Run<object> = async ({ out }) => await changeDebugMode(false, out);

async function changeDebugMode(enabled: boolean, out: Output): Promise<ExitCode> {
  changeConfiguration((configuration) => setDebugMode(configuration, enabled));
  await out.line(`debug-mode: ${enabled ? 'enabled' : 'disabled'}`);
  return ExitCode.DONE;
}

/** A condition to debug. */
interface DebugRequest {
  /** Its full name. */
  readonly condition: string;
  /** For how long, in milliseconds. */
  readonly duration: number;
}

/** How long a condition is debugged where nothing is said: forgotten debugging ends by itself. */
const DEFAULT_DURATION = '10m';

/** Reads the words behind `enable log debug`. @throws UsageError, UnknownEventError */
export function readDebugRequest(reader: WordReader): DebugRequest {
  const { condition } = demandCondition(reader);
  const duration = reader.flag('for')
    ? reader.text('<duration>', () => ['10m', '1h', '1d'])
    : DEFAULT_DURATION;
  reader.end();
  return { condition: condition.id, duration: spanValue(duration) };
}

/** `enable log debug`: lets one condition pass without debug mode and past its threshold, for a while. */
export const enableDebug: Run<object> = async ({ operands, out }) => {
  const { condition, duration } = readDebugRequest(new WordReader(operands, 'enable log debug'));
  const until = Date.now() + duration;
  changeConfiguration((configuration) => setConditionDebug(configuration, condition, until));
  await out.line(`${condition}: debugged until ${textTime(until * 1000, false).slice(0, -7)}`);
  return ExitCode.DONE;
};

/** Reads the words behind `disable log debug`: the full name of a condition, or `all`. @throws As {@link readDebugRequest} */
export function readNoDebugRequest(reader: WordReader): string {
  const name = reader.takeFull(['all']) ?? demandCondition(reader).condition.id;
  reader.end();
  return name;
}

/** `disable log debug`. */
export const disableDebug: Run<object> = async ({ operands, out }) => {
  const name = readNoDebugRequest(new WordReader(operands, 'disable log debug'));
  changeConfiguration((configuration) =>
    name === 'all'
      ? { ...configuration, debugConditions: {} }
      : setConditionDebug(configuration, name, undefined),
  );
  await out.line(`${name === 'all' ? 'all conditions' : name}: not debugged`);
  return ExitCode.DONE;
};
