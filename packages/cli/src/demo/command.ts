import type { CommandSpec } from '../command.ts';

export const demoCommand: CommandSpec = {
  words: ['demo'],
  summary: 'a service under load, killed with SIGKILL, and its last records read from outside',
  details: `Starts a small HTTP service on this machine that logs through pino and winston, sends it requests, shows it with ps and
show trace, kills it in mid-flight, and checks that the records of every request it had answered are there. It takes some
seconds and leaves nothing behind. The exit code is 1 where a record is missing.`,
  operands: [],
  options: [],
  examples: [['demo', 'see it work']],
  load: async () => (await import('./demo.ts')).demo,
};

/** The service that the demo starts as a process of its own. */
export const demoServiceCommand: CommandSpec = {
  words: ['demo-service'],
  summary: 'the HTTP service of the demo; it ends when the demo does',
  operands: [],
  options: [],
  examples: [],
  hidden: true,
  load: async () => (await import('./service.ts')).demoService,
};
