import { type CommandSpec, JSON_OPTION, WORDS_OPERAND } from '../command.ts';
import { countValue } from '../option-values.ts';
import { CLAUSES } from './clauses.ts';

const EVENTS =
  '<event> is a condition, a component or a sub-component, in any case, each part abbreviated as you like.';

export const showLogCommand: CommandSpec = {
  words: ['show', 'log'],
  // "events" behind the words is a command of its own.
  keywords: CLAUSES.filter((clause) => clause !== 'events'),
  syntax: `{messages [memory-buffer|nvram]} {events <event>} {severity <severity> {only}}
    {starting [date <date> {time <time>}|time <time>]} {ending …} {match <expression>} {format <format>} {chronological}`,
  summary: 'the messages of the system log, newest first',
  details: `Of all processes, live or dead, merged by time; those that the memory buffer keeps, or those on disk (nvram).
Clauses stand in any order and only ever narrow what the target has taken; directly behind "show log", "events"
is the command that lists the catalog, so as a clause it follows another one. ${EVENTS}

Dates are mm/dd, mm/dd/yyyy or ISO 8601, times hh, hh:mm, hh:mm:ss or hh:mm:ss.hh. Both limits include what they name:
"ending time 10:15" takes all of that minute. The expression of "match" is looked for in the line as it is shown: . any
character, * zero or more of what stands before, ^ and $ the ends. Repeats are summed up as the target is set.`,
  operands: [WORDS_OPERAND],
  options: [
    { flags: '-f, --follow', description: 'oldest first, and go on with new messages as they come' },
    { flags: '-n, --last <count>', description: 'only the newest of them', parse: countValue },
    { flags: '--db <file>', description: 'those that a database of "trace-cli record" holds' },
    { flags: '--utc', description: 'times in UTC instead of local time, also those of the limits' },
    JSON_OPTION,
  ],
  examples: [
    ['show log', 'what happened last'],
    ['show log messages nvram severity error', 'errors and critical ones on disk, also of before a restart'],
    ['show log starting time 10:15 match "could not" chronological', 'since a quarter past ten today'],
    ['show log --db crash.sqlite severity error', 'errors that were recorded, also on another machine'],
    ['show log severity info events STP.InBPDU --follow', 'follow one sub-component'],
    [
      'show log format date yyyy-mm-dd timestamp hundredths event-name condition process-name',
      'another format',
    ],
  ],
  grammar: async () => (await import('./messages-request.ts')).readMessagesRequest,
  load: async () => (await import('./show-messages.ts')).showMessages,
};

export const showLogComponentsCommand: CommandSpec = {
  words: ['show', 'log', 'components'],
  syntax: '{<component>} {version}',
  summary: 'the components that programs have declared, and their thresholds',
  details: 'The version is that of content and format: 3.1.',
  operands: [WORDS_OPERAND],
  options: [JSON_OPTION],
  examples: [['show log components STP version', 'one component, with its version']],
  grammar: async () => (await import('./show-components.ts')).readComponentsRequest,
  load: async () => (await import('./show-components.ts')).showComponents,
};

export const showLogEventsCommand: CommandSpec = {
  words: ['show', 'log', 'events'],
  syntax: '{<condition>|[all|<component>] {severity <severity> {only}}} {details}',
  summary: 'the catalog: every condition that programs have declared',
  details: `${EVENTS} With --json it is the catalog that "log compare-catalogs" takes.`,
  operands: [WORDS_OPERAND],
  options: [JSON_OPTION],
  examples: [
    ['show log events all details', 'with parameters, texts, causes and actions'],
    ['show log events STP.InBPDU severity error', 'the urgent ones of a sub-component'],
    ['show log events --json > catalog.json', 'a catalog to compare a later one with'],
  ],
  grammar: async () => (await import('./show-events.ts')).readEventsRequest,
  load: async () => (await import('./show-events.ts')).showEvents,
};

export const showLogCountersCommand: CommandSpec = {
  words: ['show', 'log', 'counters'],
  syntax: '{<condition>|[all|<component>]} {include|notified|occurred} {severity <severity> {only}}',
  summary: 'how often each condition occurred, and whether a target includes it',
  details: `Counted over all processes, those that ended included, since the counters were cleared. A keyword keeps the rows in
which that column is not zero, or is Y. A database has no counters, as it lacks what no target took: of what it holds,
"trace-cli query "kind == 'incident'" <db> --group-by condition" tells how often. ${EVENTS}`,
  operands: [WORDS_OPERAND],
  options: [JSON_OPTION],
  examples: [
    ['show log counters all occurred', 'what has occurred at all'],
    ['show log counters STP severity warning', 'the urgent ones of a component'],
  ],
  grammar: async () => (await import('./show-counters.ts')).readCountersRequest,
  load: async () => (await import('./show-counters.ts')).showCounters,
};

export const showLogConfigurationCommand: CommandSpec = {
  words: ['show', 'log', 'configuration'],
  syntax: '{filter {<filter>}|target {<target>}}',
  summary: 'filters, targets and all else that is set',
  details:
    'A target is memory-buffer, nvram, console, session or syslog, that with its address where there are several.',
  operands: [WORDS_OPERAND],
  options: [JSON_OPTION],
  examples: [
    [
      'show log configuration filter DefaultFilter',
      'the items of a filter, in the order in which they are tried',
    ],
    ['show log configuration target syslog', 'all syslog servers'],
  ],
  grammar: async () => (await import('./show-configuration.ts')).readConfigurationRequest,
  load: async () => (await import('./show-configuration.ts')).showConfiguration,
};

export const showLogDeliveryCommand: CommandSpec = {
  words: ['show', 'log', 'delivery'],
  summary: 'what console and syslog servers were given, and what was lost on the way',
  details: `LOST is what was overwritten in memory before it could be delivered; REPEATED what was summed up; FAILED what the target can't
be given, such as what is too long for it; RESENT what was sent twice because a connection broke.`,
  operands: [],
  options: [JSON_OPTION],
  examples: [['show log delivery', 'does the syslog server get everything?']],
  load: async () => (await import('./show-delivery.ts')).showDelivery,
};
