import { configureTarget as configure, findTargets, type TargetChange } from '@tracebuf/exos-log';
import { visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { demandSeverity } from '../log-words/severity.ts';
import { demandTarget, type NamedTarget } from '../log-words/target.ts';
import { TARGET_CLAUSES, takeTargetChange } from '../log-words/target-change.ts';
import type { Output } from '../output.ts';
import { WordReader } from '../word-reader.ts';
import { changeConfiguration } from './change-configuration.ts';

/** A change to a target, as its words say. */
interface TargetRequest {
  readonly target: NamedTarget;
  readonly change: TargetChange;
}

/** Reads the words behind `configure log target`. @throws UsageError */
export function readTargetRequest(reader: WordReader): TargetRequest {
  const target = demandTarget(reader, TARGET_CLAUSES);
  const change = takeTargetChange(reader, TARGET_CLAUSES);
  if (Object.keys(change).length === 0) reader.fail();
  reader.end();
  return { target, change };
}

/** `configure log target`. */
export const configureTarget: Run<object> = async ({ operands, out }) => {
  const { target, change } = readTargetRequest(new WordReader(operands, 'configure log target'));
  if (target.kind === 'session') {
    throw new UsageError(
      'A session lasts as long as the command that opened it: say how it is to be with "trace-cli enable log target session …"',
    );
  }
  return await changeTargets(target.name, change, 'changed', out);
};

/** Reads the words behind `configure log display`. @throws UsageError */
export function readDisplayRequest(reader: WordReader): TargetChange {
  const severity = demandSeverity(reader);
  reader.end();
  return { severity };
}

/** `configure log display`: another name for the severity of the console. */
export const configureDisplay: Run<object> = async ({ operands, out }) =>
  await changeTargets(
    'console',
    readDisplayRequest(new WordReader(operands, 'configure log display')),
    'changed',
    out,
  );

/**
 * Changes all targets that a name means, and tells which.
 *
 * @param done What was done to them, as a past participle.
 */
export async function changeTargets(
  name: string,
  change: TargetChange,
  done: string,
  out: Output,
): Promise<ExitCode> {
  let names: string[] = [];
  changeConfiguration((configuration) => {
    names = findTargets(configuration, name).map((target) => target.name);
    return configure(configuration, name, change);
  });
  for (const changed of names) await out.line(`${visibleText(changed)}: ${done}`);
  return ExitCode.DONE;
}
