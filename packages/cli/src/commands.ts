import type { CommandSpec } from './command.ts';
import { completeCommand, completionCommand } from './completion/command.ts';
import {
  clearTraceCommand,
  disableTraceCommand,
  enableTraceCommand,
  setTraceLevelCommand,
} from './control-trace/command.ts';
import { demoCommand, demoServiceCommand } from './demo/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { dumpTraceCommand } from './dump-trace/command.ts';
import { helpCommand } from './help/command.ts';
import { pruneCommand } from './prune/command.ts';
import { psCommand } from './ps/command.ts';
import { showTraceCommand } from './show-trace/command.ts';

/** All commands, in the order in which help lists them. Their programs are loaded when they are called. */
export const commands: readonly CommandSpec[] = [
  psCommand,
  showTraceCommand,
  clearTraceCommand,
  dumpTraceCommand,
  enableTraceCommand,
  disableTraceCommand,
  setTraceLevelCommand,
  pruneCommand,
  doctorCommand,
  demoCommand,
  helpCommand,
  completionCommand,
  completeCommand,
  demoServiceCommand,
];
