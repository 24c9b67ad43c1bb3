import { type CommandSpec, JSON_OPTION, WORDS_OPERAND } from '../command.ts';

export const explainCommand: CommandSpec = {
  words: ['explain'],
  syntax: '<condition>',
  summary: 'what a condition means, how often it occurred, and which targets take it',
  operands: [WORDS_OPERAND],
  options: [JSON_OPTION],
  examples: [['explain STP.InBPDU.Drop', 'text, parameters, cause, action, counters and targets']],
  grammar: async () => (await import('./explain.ts')).readExplainRequest,
  load: async () => (await import('./explain.ts')).explain,
};
