import { type CommandSpec, WORDS_OPERAND } from '../command.ts';

const AT_ONCE = 'Every program obeys at its next incident, also one whose event loop is stuck.';

export const configureLogFilterCommand: CommandSpec = {
  words: ['configure', 'log', 'filter'],
  syntax: `<filter> [add|delete] {exclude} events [<condition>|[all|<component>] {severity <severity> {only}}]
    {[match|strict-match] <type> <value> {and <type> <value>}…}`,
  summary: 'add items to a filter, or delete them',
  details: `The first item that matches an incident decides, and a new item goes on top. An include without a severity passes
what its component's threshold passes; exclude and delete without one mean every severity. "match" ignores a parameter that
the condition does not have; "strict-match" fails it. ${AT_ONCE}`,
  operands: [WORDS_OPERAND],
  options: [],
  examples: [
    ['configure log filter DefaultFilter add events FDB.MACTracking.MACMove', 'take one more condition'],
    ['configure log filter mine add exclude events STP.OutBPDU', 'leave a sub-component out'],
    ['configure log filter mine add events all match source ipaddress 10.0.0.1', 'what one address causes'],
    ['configure log filter mine delete events STP severity debug-data', 'take that out of what it includes'],
  ],
  grammar: async () => (await import('./configure-filter.ts')).readFilterRequest,
  load: async () => (await import('./configure-filter.ts')).configureFilter,
};

export const configureLogTargetCommand: CommandSpec = {
  words: ['configure', 'log', 'target'],
  syntax: `[console|memory-buffer|nvram|syslog {all|<address>{:<port>} {vr <vr>} {<facility>}}]
    {filter <filter>} {severity <severity> {only}} {match [any|<expression>]} {number-of-messages <200-20000>}
    {from <source-address>} {repeats [suppress|show]} {format <format>}`,
  summary: 'set what a target takes, and how it shows it',
  details: `A format names all that is to be shown: timestamp, date and event-name with their form, process-name, process-slot,
severity, priority, host-name, source-line, tag-id, tag-name. The expression of "match" is looked for in the message: . any
character, * zero or more of what stands before, ^ and $ the ends. ${AT_ONCE} A new number of messages is what is shown from
now on; the room for more is made by programs that start later.`,
  operands: [WORDS_OPERAND],
  options: [],
  examples: [
    ['configure log target nvram severity error', 'keep only errors and critical ones on disk'],
    ['configure log target memory-buffer number-of-messages 5000', 'show more'],
    ['configure log target syslog 10.0.0.1 filter mine severity warning only', 'one server, one severity'],
    ['configure log target console match "^Login"', 'by the text'],
  ],
  grammar: async () => (await import('./configure-target.ts')).readTargetRequest,
  load: async () => (await import('./configure-target.ts')).configureTarget,
};

export const configureLogDisplayCommand: CommandSpec = {
  words: ['configure', 'log', 'display'],
  syntax: '<severity>',
  summary: 'set the severity of the console',
  operands: [WORDS_OPERAND],
  options: [],
  examples: [
    ['configure log display warning', 'the same as "configure log target console severity warning"'],
  ],
  grammar: async () => (await import('./configure-target.ts')).readDisplayRequest,
  load: async () => (await import('./configure-target.ts')).configureDisplay,
};

export const configureLogMessagesCommand: CommandSpec = {
  words: ['configure', 'log', 'messages'],
  syntax: 'privilege [admin|user]',
  summary: 'say who is shown messages: root only, or whoever has this log',
  details: `With "admin", "show log" and sessions show messages to root only. That keeps them off screens and out of scripts. It is
no lock: a log's files belong to its user alone, who can read them by other means.`,
  operands: [WORDS_OPERAND],
  options: [],
  examples: [['configure log messages privilege admin', 'show messages to root only']],
  grammar: async () => (await import('./configure-messages.ts')).readPrivilegeRequest,
  load: async () => (await import('./configure-messages.ts')).configureMessages,
};

export const configureLogComponentCommand: CommandSpec = {
  words: ['configure', 'log', 'component'],
  syntax: '<component> severity [<severity>|factory]',
  summary: 'set the threshold of a component or sub-component',
  details: `It decides what passes filter items without a severity; "factory" is what the program declares. ${AT_ONCE}`,
  operands: [WORDS_OPERAND],
  options: [],
  examples: [
    ['configure log component STP.InBPDU severity notice', 'let less urgent incidents pass'],
    ['configure log component STP severity factory', 'as it was declared'],
  ],
  grammar: async () => (await import('./configure-component.ts')).readThresholdRequest,
  load: async () => (await import('./configure-component.ts')).configureComponent,
};

export const configureSyslogAddCommand: CommandSpec = {
  words: ['configure', 'syslog', 'add'],
  syntax: `<address>{:<port>} {vr <vr>} <local0..local7> {udp|tcp|tls} {rfc3164|rfc5424}
    {from <source-address>} {ca <file>} {cert <file> key <file>} {servername <name>} {no-verify}`,
  summary: 'add a syslog server as a target; it sends when it is enabled',
  details: `By udp and as RFC 3164 where nothing else is said, to port 514, by tls to 6514. Over tcp and tls messages are framed by
their length. unix:/dev/log is a socket of this machine. The words after tls name files in PEM form, and the name that the
server's certificate must have.`,
  operands: [WORDS_OPERAND],
  options: [],
  examples: [
    ['configure syslog add 10.0.0.1 local0', 'the classic'],
    [
      'configure syslog add logs.example.com local3 tls rfc5424 ca /etc/ssl/logs.pem',
      'structured and private',
    ],
    ['configure syslog add unix:/dev/log local0 rfc5424', 'the syslog daemon of this machine'],
  ],
  grammar: async () => (await import('./configure-syslog.ts')).readAddRequest,
  load: async () => (await import('./configure-syslog.ts')).configureSyslogAdd,
};

export const configureSyslogDeleteCommand: CommandSpec = {
  words: ['configure', 'syslog', 'delete'],
  syntax: '[all|<address>{:<port>} {vr <vr>} {<facility>}]',
  summary: 'remove syslog servers',
  operands: [WORDS_OPERAND],
  options: [],
  examples: [['configure syslog delete 10.0.0.1:514 local0', 'one server']],
  grammar: async () => (await import('./configure-syslog.ts')).readDeleteSyslogRequest,
  load: async () => (await import('./configure-syslog.ts')).configureSyslogDelete,
};

export const createLogFilterCommand: CommandSpec = {
  words: ['create', 'log', 'filter'],
  syntax: '<name> {copy <filter>}',
  summary: 'make a filter: without items, which blocks everything, or as a copy',
  operands: [WORDS_OPERAND],
  options: [],
  examples: [['create log filter mine copy DefaultFilter', 'a filter to change']],
  grammar: async () => (await import('./filters.ts')).readCreateRequest,
  load: async () => (await import('./filters.ts')).createLogFilter,
};

export const deleteLogFilterCommand: CommandSpec = {
  words: ['delete', 'log', 'filter'],
  syntax: '[<filter>|all]',
  summary: 'remove a filter that no target uses',
  details: 'DefaultFilter stays, also with "all".',
  operands: [WORDS_OPERAND],
  options: [],
  examples: [['delete log filter mine', 'one filter']],
  grammar: async () => (await import('./filters.ts')).readDeleteRequest,
  load: async () => (await import('./filters.ts')).deleteLogFilter,
};
