import { LogConfigurationError } from './errors.ts';
import { quoted, quotedList } from './quoted.ts';

const TIMESTAMPS = ['seconds', 'hundredths', 'none'] as const;
const DATES = [
  'dd-Mmm-yyyy',
  'yyyy-mm-dd',
  'Mmm-dd',
  'mm-dd-yyyy',
  'mm/dd/yyyy',
  'dd-mm-yyyy',
  'none',
] as const;
const EVENT_NAMES = ['component', 'subcomponent', 'condition', 'none'] as const;

/** Which items a log line shows, and in which form; their order is fixed. Plain data. */
export interface LineFormat {
  /** `hh:mm:ss`, `hh:mm:ss.hh`, or none. */
  readonly timestamp: (typeof TIMESTAMPS)[number];
  readonly date: (typeof DATES)[number];
  /** How much of the condition's name: its component, with the sub-component, all of it, or none. */
  readonly eventName: (typeof EVENT_NAMES)[number];
  readonly severity: boolean;
  readonly processName: boolean;
  readonly processSlot: boolean;
  readonly sourceLine: boolean;
  readonly hostName: boolean;
  /** `<165>`, as syslog starts a line. */
  readonly priority: boolean;
  /** Process id after the tag: `tag[4711]:`. */
  readonly tagId: boolean;
  /** Process name as the tag: `tag:`. */
  readonly tagName: boolean;
}

/** The format that shows nothing but the text. */
const BARE: LineFormat = {
  timestamp: 'none',
  date: 'none',
  eventName: 'none',
  severity: false,
  processName: false,
  processSlot: false,
  sourceLine: false,
  hostName: false,
  priority: false,
  tagId: false,
  tagName: false,
};

/** Factory format of memory-buffer, nvram, console and session. */
export const DEFAULT_LINE_FORMAT: LineFormat = {
  ...BARE,
  timestamp: 'hundredths',
  date: 'mm/dd/yyyy',
  eventName: 'condition',
  processSlot: true,
  severity: true,
};

/** Factory format of syslog targets: the line of RFC 3164, with severity and name of the condition before the text. */
export const SYSLOG_LINE_FORMAT: LineFormat = {
  ...BARE,
  timestamp: 'seconds',
  date: 'Mmm-dd',
  eventName: 'condition',
  severity: true,
  priority: true,
  hostName: true,
  tagName: true,
};

/** Words that switch an item on, in the order in which they are written back. */
const SWITCHES = {
  'process-name': 'processName',
  'process-slot': 'processSlot',
  severity: 'severity',
  priority: 'priority',
  'host-name': 'hostName',
  'source-line': 'sourceLine',
  'tag-id': 'tagId',
  'tag-name': 'tagName',
} as const satisfies Record<string, keyof LineFormat>;

const VALUED = {
  timestamp: ['timestamp', TIMESTAMPS],
  date: ['date', DATES],
  'event-name': ['eventName', EVENT_NAMES],
} as const;

/** What lines of old releases and configurations need; see the fields. */
export interface FormatCompatibility {
  /** Whether `mm-dd-yyyy` means slashes, as in EXOS 10.1 to 11.x; default `false`. */
  readonly slashes?: boolean;
}

/**
 * Reads the words after `format`: `timestamp seconds date Mmm-dd event-name condition severity`. Items that are not
 * named are off. Words may be abbreviated and are read in any case.
 *
 * @throws {LogConfigurationError} A word means no item, or several, or an item has no such form.
 */
export function parseLineFormat(
  words: string | readonly string[],
  compatibility: FormatCompatibility = {},
): LineFormat {
  const list = typeof words === 'string' ? words.split(/\s+/).filter((word) => word !== '') : [...words];
  const format: Record<keyof LineFormat, string | boolean> = { ...BARE };
  for (let index = 0; index < list.length; index++) {
    const item = oneOf('format item', list[index], [...Object.keys(VALUED), ...Object.keys(SWITCHES)]);
    if (item in SWITCHES) {
      format[SWITCHES[item as keyof typeof SWITCHES]] = true;
      continue;
    }
    const [key, forms] = VALUED[item as keyof typeof VALUED];
    index++;
    const form = oneOf(`form of ${item}`, list[index], forms);
    format[key] = compatibility.slashes === true && form === 'mm-dd-yyyy' ? 'mm/dd/yyyy' : form;
  }
  return format as unknown as LineFormat;
}

/** Words that may come next after those given, for completion. */
export function nextFormatWords(words: readonly string[]): string[] {
  const given = new Set<string>();
  let open: readonly string[] | undefined;
  for (const word of words) {
    if (open !== undefined) {
      open = undefined;
      continue;
    }
    given.add(word);
    open = word in VALUED ? VALUED[word as keyof typeof VALUED][1] : undefined;
  }
  if (open !== undefined) return [...open];
  return [...Object.keys(VALUED), ...Object.keys(SWITCHES)].filter((word) => !given.has(word));
}

function oneOf(what: string, word: string | undefined, known: readonly string[]): string {
  if (word === undefined) {
    throw new LogConfigurationError(
      `The format ends where a ${what} is missing; write ${quotedList(known, 'or')}.`,
    );
  }
  const start = word.toLowerCase();
  const exact = known.find((candidate) => candidate.toLowerCase() === start);
  if (exact !== undefined) return exact;
  const [only, ...others] = known.filter((candidate) => candidate.toLowerCase().startsWith(start));
  if (only !== undefined && others.length === 0) return only;
  throw new LogConfigurationError(
    only === undefined
      ? `${quoted(word)} is no ${what}; write ${quotedList(known, 'or')}.`
      : `The ${what} ${quoted(word)} could be ${quotedList([only, ...others], 'or')}; write more of it.`,
  );
}

/** The words that {@link parseLineFormat} reads as the same format. */
export function formatWords(format: LineFormat): string {
  const words = [`timestamp ${format.timestamp}`, `date ${format.date}`, `event-name ${format.eventName}`];
  for (const [word, key] of Object.entries(SWITCHES)) if (format[key]) words.push(word);
  return words.join(' ');
}
