import { BUFFER_OPERAND, type CommandSpec, JSON_OPTION, PROCESS_OPERAND } from '../command.ts';
import { LEVEL_NAMES } from '../option-values.ts';

const TARGET = [PROCESS_OPERAND, BUFFER_OPERAND] as const;
const WORKS_ALWAYS = 'The process need not cooperate: it works while its event loop is stuck, too.';

export const clearTraceCommand: CommandSpec = {
  words: ['clear', 'trace'],
  summary: 'drop what trace buffers hold',
  details: `${WORKS_ALWAYS} Dead processes can be cleared as well.`,
  operands: TARGET,
  options: [JSON_OPTION],
  examples: [['clear trace web mybuf', 'clear a buffer of all processes named web']],
  load: async () => (await import('./control-trace.ts')).clearTrace,
};

export const enableTraceCommand: CommandSpec = {
  words: ['enable', 'trace'],
  summary: 'let trace buffers store records again',
  details: WORKS_ALWAYS,
  operands: TARGET,
  options: [JSON_OPTION],
  examples: [['enable trace web.4711 all', 'all buffers of one process']],
  load: async () => (await import('./control-trace.ts')).enableTrace,
};

export const disableTraceCommand: CommandSpec = {
  words: ['disable', 'trace'],
  summary: 'keep trace buffers from storing records; what they hold stays',
  details: WORKS_ALWAYS,
  operands: TARGET,
  options: [JSON_OPTION],
  examples: [['disable trace web http', 'no more records of requests']],
  load: async () => (await import('./control-trace.ts')).disableTrace,
};

export const setTraceLevelCommand: CommandSpec = {
  words: ['set', 'trace'],
  summary: 'store records from a level on only',
  details: `${WORKS_ALWAYS} The level can't bring back what the logger itself leaves out.`,
  operands: [
    ...TARGET,
    { usage: 'level', presence: 'keyword', description: 'the word level' },
    {
      usage: '<level>',
      presence: 'required',
      description: `${LEVEL_NAMES.join(', ')}, or a number from 0 (all) to 65535`,
      completes: 'level',
    },
  ],
  options: [JSON_OPTION],
  examples: [
    ['set trace web all level warn', 'warnings and errors only'],
    ['set trace web all level 0', 'everything again'],
  ],
  load: async () => (await import('./control-trace.ts')).setTraceLevel,
};
