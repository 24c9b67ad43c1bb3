import type { TargetChange } from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { changeTargets } from '../configure-log/configure-target.ts';
import { UsageError } from '../errors.ts';
import { demandTarget, type NamedTarget } from '../log-words/target.ts';
import { SESSION_CLAUSES, takeTargetChange } from '../log-words/target-change.ts';
import { WordReader } from '../word-reader.ts';

/** A target to enable, and of a session how it is to be. */
interface EnableRequest {
  readonly target: NamedTarget;
  readonly change: TargetChange;
}

/** Reads the words behind `enable log target`. @throws UsageError */
export function readEnableRequest(reader: WordReader): EnableRequest {
  const target = demandTarget(reader, []);
  const change = target.kind === 'session' ? takeTargetChange(reader, SESSION_CLAUSES) : {};
  reader.end();
  return { target, change };
}

/** `enable log target`: of a session, prints its messages until it is interrupted. */
export const enableTarget: Run<{ readonly utc?: boolean; readonly json?: boolean }> = async (invocation) => {
  const { operands, out } = invocation;
  const { target, change } = readEnableRequest(new WordReader(operands, 'enable log target'));
  if (target.kind !== 'session') return await changeTargets(target.name, { enabled: true }, 'enabled', out);
  const { showSession } = await import('./session.ts');
  return await showSession(change, invocation);
};

/** Reads the words behind `disable log target`. @throws UsageError */
export function readDisableRequest(reader: WordReader): NamedTarget {
  const target = demandTarget(reader, []);
  reader.end();
  return target;
}

/** `disable log target`. */
export const disableTarget: Run<object> = async ({ operands, out }) => {
  const { kind, name } = readDisableRequest(new WordReader(operands, 'disable log target'));
  if (kind === 'session') {
    throw new UsageError('A session ends with the command that opened it: press Ctrl-C in its terminal');
  }
  return await changeTargets(name, { enabled: false }, 'disabled', out);
};
