import { type CommandSpec, JSON_OPTION } from '../command.ts';

export const doctorCommand: CommandSpec = {
  words: ['doctor'],
  summary: 'what works on this machine, and why not',
  details: `Makes a trace buffer in a directory of its own beside that of the others, reads it back, and removes it. Nothing else is
touched. The exit code is 1 where something fails that trace buffers need.`,
  operands: [],
  options: [JSON_OPTION],
  examples: [
    ['doctor', 'one line for each thing looked at'],
    ['doctor --json', 'the same for another program'],
  ],
  load: async () => (await import('./doctor.ts')).doctor,
};
