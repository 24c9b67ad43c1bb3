import type { CommandSpec } from '../command.ts';

export const helpCommand: CommandSpec = {
  words: ['help'],
  summary: 'what commands there are, or how one of them works',
  operands: [
    {
      usage: '[<command>]',
      presence: 'rest',
      description: 'words of a command',
      completes: 'command',
    },
  ],
  options: [],
  examples: [['help show trace', 'options and examples of show trace']],
  load: async () => (await import('./help.ts')).help,
};
