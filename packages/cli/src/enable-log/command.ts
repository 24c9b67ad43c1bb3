import { type CommandSpec, JSON_OPTION, WORDS_OPERAND } from '../command.ts';

const TARGETS = 'console|memory-buffer|nvram|syslog {all|<address>{:<port>} {vr <vr>} {<facility>}}';

export const enableLogTargetCommand: CommandSpec = {
  words: ['enable', 'log', 'target'],
  syntax: `[${TARGETS}|
    session {filter <filter>} {severity <severity> {only}} {match <expression>} {repeats [suppress|show]} {format <format>}]`,
  summary: 'let a target take incidents; a session prints them here until Ctrl-C',
  details: 'A session is of this terminal alone, lasts as long as this command, and is never saved.',
  operands: [WORDS_OPERAND],
  options: [
    { flags: '--utc', description: 'times of a session in UTC instead of local time' },
    { ...JSON_OPTION, description: 'of a session: one JSON object per line' },
  ],
  examples: [
    ['enable log target syslog 10.0.0.1', 'start to send to a server'],
    ['enable log target session severity warning', 'watch warnings here'],
  ],
  grammar: async () => (await import('./enable-target.ts')).readEnableRequest,
  load: async () => (await import('./enable-target.ts')).enableTarget,
};

export const disableLogTargetCommand: CommandSpec = {
  words: ['disable', 'log', 'target'],
  syntax: `[${TARGETS}]`,
  summary: 'let a target take nothing; what it has stays',
  operands: [WORDS_OPERAND],
  options: [],
  examples: [['disable log target console', 'no more messages among the output of programs']],
  grammar: async () => (await import('./enable-target.ts')).readDisableRequest,
  load: async () => (await import('./enable-target.ts')).disableTarget,
};

export const enableLogDebugModeCommand: CommandSpec = {
  words: ['enable', 'log', 'debug-mode'],
  summary: 'let debug severities pass, as filters and targets say',
  operands: [],
  options: [],
  examples: [['enable log debug-mode', 'for all conditions; "enable log debug" is for one']],
  load: async () => (await import('./debug.ts')).enableDebugMode,
};

export const disableLogDebugModeCommand: CommandSpec = {
  words: ['disable', 'log', 'debug-mode'],
  summary: 'hold debug severities back, whatever filters say',
  operands: [],
  options: [],
  examples: [['disable log debug-mode', 'as it is in the factory']],
  load: async () => (await import('./debug.ts')).disableDebugMode,
};

export const enableLogDebugCommand: CommandSpec = {
  words: ['enable', 'log', 'debug'],
  syntax: '<condition> {for <duration>}',
  summary: 'let one condition pass without debug mode and past its threshold, for a while',
  details:
    'For ten minutes where nothing else is said; then all is as before, without anybody having to think of it.',
  operands: [WORDS_OPERAND],
  options: [],
  examples: [['enable log debug STP.InBPDU.Trace for 1h30m', 'one condition, an hour and a half']],
  grammar: async () => (await import('./debug.ts')).readDebugRequest,
  load: async () => (await import('./debug.ts')).enableDebug,
};

export const disableLogDebugCommand: CommandSpec = {
  words: ['disable', 'log', 'debug'],
  syntax: '[<condition>|all]',
  summary: 'end the debugging of a condition at once',
  operands: [WORDS_OPERAND],
  options: [],
  examples: [['disable log debug all', 'of all conditions']],
  grammar: async () => (await import('./debug.ts')).readNoDebugRequest,
  load: async () => (await import('./debug.ts')).disableDebug,
};
