import { type CommandSpec, JSON_OPTION, WORDS_OPERAND } from '../command.ts';

export const testFilterCommand: CommandSpec = {
  words: ['log', 'test-filter'],
  syntax: '<condition> {<parameter>=<value>}… {filter <filter>|target <target>}',
  summary: 'tell whether an incident would pass, and which item decides',
  details: `Nothing is raised. Every target answers, or those that are named; with "filter", that filter alone. A parameter that is
not given is empty.`,
  operands: [WORDS_OPERAND],
  options: [JSON_OPTION],
  examples: [
    ['log test-filter STP.InBPDU.Drop port=1:5 reason=malformed', 'which targets take it'],
    ['log test-filter STP.InBPDU.Drop filter mine', 'what one filter says'],
  ],
  grammar: async () => (await import('./test-filter.ts')).readTestRequest,
  load: async () => (await import('./test-filter.ts')).testFilter,
};
