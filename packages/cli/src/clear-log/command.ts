import { type CommandSpec, JSON_OPTION, WORDS_OPERAND } from '../command.ts';

export const clearLogCommand: CommandSpec = {
  words: ['clear', 'log'],
  keywords: ['static', 'messages', 'error-led'],
  syntax: '{static|messages [memory-buffer|nvram]}',
  summary: 'drop the messages of the memory buffer, with "static" those on disk (nvram), too',
  details: `Counters stay as they are; "clear log counters" clears them. What a syslog server has still to get, it gets.
"error-led" is understood and has no effect: there is no such light here.`,
  operands: [WORDS_OPERAND],
  options: [JSON_OPTION],
  examples: [
    ['clear log', 'the memory buffer'],
    ['clear log static', 'memory buffer and nvram'],
  ],
  grammar: async () => (await import('./clear-log.ts')).readClearRequest,
  load: async () => (await import('./clear-log.ts')).clearLog,
};

export const clearLogCountersCommand: CommandSpec = {
  words: ['clear', 'log', 'counters'],
  syntax: '{<condition>|[all|<component>] {severity <severity> {only}}}',
  summary: 'set counters of conditions to zero, in all processes',
  details: 'Messages stay as they are.',
  operands: [WORDS_OPERAND],
  options: [JSON_OPTION],
  examples: [
    ['clear log counters', 'all counters'],
    ['clear log counters STP severity warning', 'those of the urgent conditions of a component'],
  ],
  grammar: async () => (await import('./clear-counters.ts')).readClearCountersRequest,
  load: async () => (await import('./clear-counters.ts')).clearCounters,
};
