import type { CommandSpec } from '../command.ts';

export const forwardCommand: CommandSpec = {
  words: ['forward'],
  summary: 'deliver the system log of all processes to its syslog servers until stopped',
  details: `Delivers what all processes of this user have raised and raise, live and dead, to the enabled syslog targets. Programs
do so by themselves, one for all, as long as one of them runs; they step back before this command, and take over when it
ends. What changes in the configuration meanwhile is obeyed. A server that is not there is tried again and again; what is
overwritten in memory until it is back is counted, and the server is told.

Ctrl-C ends it; what is on its way goes out first. "trace-cli show log delivery" tells how it stands, also later.`,
  operands: [],
  options: [
    { flags: '--syslog', description: 'to the enabled syslog targets' },
    { flags: '--quiet', description: 'say only what went wrong' },
    { flags: '--json', description: 'when it ends, one JSON object for each target' },
  ],
  examples: [['forward --syslog', 'deliver the system log until Ctrl-C']],
  load: async () => (await import('./forward.ts')).forward,
};
