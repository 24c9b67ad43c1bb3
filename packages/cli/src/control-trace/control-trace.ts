import {
  type BufferCommand,
  controlBuffers,
  levelName,
  type ProcessEntry,
  TracebufError,
  visibleText,
} from '@tracebuf/ring';
import type { Invocation, Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { jsonLine } from '../json-line.ts';
import { levelValue } from '../option-values.ts';
import { mayWrite, obituary } from '../process-state.ts';
import { plural } from '../quantity.ts';
import { findTarget, type Target } from '../target.ts';

/** Options of the commands that control buffers. */
interface ControlOptions {
  readonly json?: boolean;
}

/** What was done to one buffer, for people and for programs. */
interface Outcome {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** `clear trace`: dead processes can be cleared too. */
export const clearTrace: Run<ControlOptions> = (invocation) =>
  control(invocation, { clear: true }, targetOf(invocation), (cleared) => ({
    text: `cleared ${plural(cleared, 'record')}`,
    json: { cleared },
  }));

/** `enable trace`. */
export const enableTrace: Run<ControlOptions> = (invocation) =>
  control(invocation, { enabled: true }, liveTargetOf(invocation), () => ({
    text: 'enabled',
    json: { enabled: true },
  }));

/** `disable trace`. */
export const disableTrace: Run<ControlOptions> = (invocation) =>
  control(invocation, { enabled: false }, liveTargetOf(invocation), () => ({
    text: 'disabled',
    json: { enabled: false },
  }));

/** `set trace … level`. */
export const setTraceLevel: Run<ControlOptions> = (invocation) => {
  const minLevel = levelValue(invocation.operands[2] ?? '');
  const level = levelName(minLevel);
  return control(invocation, { minLevel }, liveTargetOf(invocation), () => ({
    text: minLevel === 0 ? 'stores all levels' : `stores ${level} and above`,
    json: { level },
  }));
};

function targetOf({ operands: [proc = '', buf = ''] }: Invocation<ControlOptions>): Target {
  return findTarget(proc, buf);
}

/** What no longer runs obeys no more: to say that it was done would be wrong. */
function liveTargetOf(invocation: Invocation<ControlOptions>): Target {
  const target = targetOf(invocation);
  const processes = target.processes.filter(mayWrite);
  const [dead] = target.processes;
  if (processes.length > 0 || dead === undefined) return { ...target, processes };
  const { length } = target.processes;
  const fate = length === 1 ? `${obituary(dead)}: its` : `All ${length} processes are over: their`;
  throw new TracebufError('ERR_TRACEBUF_PROCESS_OVER', `${fate} trace buffers can only be read and cleared.`);
}

async function control(
  { options, out }: Invocation<ControlOptions>,
  command: BufferCommand,
  { processes, buffers }: Target,
  outcomeOf: (cleared: number) => Outcome,
): Promise<ExitCode> {
  for (const process of processes) {
    const done = controlBuffers(process, ownBuffers(process, buffers), command);
    for (const { buffer, cleared } of done) {
      const { text, json } = outcomeOf(cleared);
      const { name, pid } = process;
      await out.write(
        options.json === true
          ? jsonLine({ process: name, pid, buffer, ...json })
          : `${visibleText(`${name}.${pid} ${buffer}`)}: ${text}\n`,
      );
    }
  }
  return ExitCode.DONE;
}

/** Of the buffers wanted, those of one process: several processes need not have the same. */
function ownBuffers(process: ProcessEntry, buffers: readonly string[] | undefined): string[] | undefined {
  if (buffers === undefined) return undefined;
  const own = new Set(process.ringFiles().map(({ buffer }) => buffer));
  return buffers.filter((name) => own.has(name));
}
