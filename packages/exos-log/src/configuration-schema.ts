import { createRequire } from 'node:module';
import type { ZodMiniType } from 'zod/mini';
import type { CatalogEntry } from './catalog.ts';
import type { ComponentDefinition } from './component.ts';
import type { LogConfiguration } from './configuration.ts';
import { CONFIGURATION_VERSION } from './configuration.ts';
import { LogConfigurationError } from './errors.ts';
import { DEFAULT_FILTER, DEFAULT_FILTER_NAME } from './filter.ts';
import {
  FACTORY_TARGETS,
  type LogTarget,
  NUMBER_OF_MESSAGES,
  TARGET_FACILITIES,
  TARGET_KINDS,
} from './log-target.ts';
import { PARAMETER_TYPES, type ParameterType } from './parameter-type.ts';
import { quoted } from './quoted.ts';
import { SEVERITIES, type Severity } from './severity.ts';

/**
 * Checks a configuration that was read, such as a parsed JSON file. Factory targets and the default filter are added
 * where they are missing: the session target, which is never saved, always is.
 *
 * @throws {LogConfigurationError} It is none, or of another version; the message names the place.
 */
export function parseConfiguration(value: unknown): LogConfiguration {
  const configuration = checked(value, schemas().configuration, 'configuration of the system log');
  const filters = configuration.filters.some(({ name }) => name === DEFAULT_FILTER_NAME)
    ? configuration.filters
    : [DEFAULT_FILTER, ...configuration.filters];
  const missing = FACTORY_TARGETS.filter(
    ({ kind }) => !configuration.targets.some((target) => target.kind === kind),
  );
  for (const target of configuration.targets) {
    if (!filters.some(({ name }) => name.toLowerCase() === target.filter.toLowerCase())) {
      throw new LogConfigurationError(
        `The configuration of the system log cannot be used: the target ${quoted(target.name)} has the filter ${quoted(target.filter)}, which is not there; create it, or name another.`,
      );
    }
  }
  return { ...configuration, filters, targets: [...configuration.targets, ...missing] };
}

/** The configuration as it is saved: without the session target, which lasts as long as its session. */
export function savedConfiguration(configuration: LogConfiguration): LogConfiguration {
  return { ...configuration, targets: configuration.targets.filter(({ kind }) => kind !== 'session') };
}

/**
 * Checks the definition of a component that was read, as from beside a ring.
 *
 * @throws {LogConfigurationError} It is none; the message names the place.
 */
export function parseComponentDefinition(value: unknown): ComponentDefinition {
  return checked(value, schemas().component, 'definition of a component');
}

/**
 * Checks a catalog that was read: what `catalog()` of a logger answers, or `trace-cli show log events --json` prints.
 *
 * @throws {LogConfigurationError} It is none; the message names the place.
 */
export function parseCatalog(value: unknown): CatalogEntry[] {
  return checked(
    value,
    schemas().catalog,
    'catalog',
    'write it anew with "trace-cli show log events --json"',
  );
}

/** What a process says of itself, so that others can tell whether it still runs. */
export interface Witness {
  readonly name: string;
  readonly pid: number;
  /** See `ProcessIdentity` of `@tracebuf/ring`. */
  readonly start: number;
  readonly bootId?: string | undefined;
  readonly pidNamespace?: number | undefined;
  readonly platform: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
}

/** A terminal that asked for incidents. */
export interface Session {
  readonly process: Witness;
  readonly target: LogTarget;
}

/**
 * Checks a session that was read.
 *
 * @throws {LogConfigurationError} It is none; the message names the place.
 */
export function parseSession(value: unknown): Session {
  return checked(value, schemas().session, 'session');
}

/** What a file of counters says about what it counts. */
export interface CounterSubject {
  readonly process: Witness;
  readonly thread: number;
  readonly component: string;
  /** Full names of the conditions, in the order of the counters. */
  readonly conditions: readonly string[];
}

/**
 * Checks what a file of counters says about itself.
 *
 * @throws {LogConfigurationError} It is nothing of the kind; the message names the place.
 */
export function parseCounterSubject(value: unknown): CounterSubject {
  return checked(value, schemas().counters, 'file of counters');
}

/** Counters of processes that have ended. */
export interface CounterTotals {
  readonly version: 1;
  /** Names of files whose counters are in here, and which need not be gone yet. */
  readonly folded: readonly string[];
  /** By full name of the condition. */
  readonly conditions: Readonly<Record<string, { readonly occurred: number; readonly notified: number }>>;
}

/**
 * Checks the totals that were read.
 *
 * @throws {LogConfigurationError} They are nothing of the kind; the message names the place.
 */
export function parseCounterTotals(value: unknown): CounterTotals {
  return checked(value, schemas().totals, 'file of counter totals');
}

/** Numbers of the last records of memory buffer and nvram that were cleared, by process and ring. */
export interface ClearedMarks {
  readonly 'memory-buffer': Readonly<Record<string, number>>;
  readonly nvram: Readonly<Record<string, number>>;
}

/**
 * Checks the marks of what was cleared.
 *
 * @throws {LogConfigurationError} They are nothing of the kind; the message names the place.
 */
export function parseClearedMarks(value: unknown): ClearedMarks {
  return checked(value, schemas().cleared, 'file of what was cleared');
}

/**
 * Checks a value that was read.
 *
 * @param what It is to be, for the message.
 * @throws {LogConfigurationError} It is nothing of the kind; the message names the place.
 */
export function checked<Value>(
  value: unknown,
  schema: ZodMiniType<Value>,
  what: string,
  remedy = 'correct it, or remove it to start anew',
): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') || 'it';
  throw new LogConfigurationError(
    `The ${what} cannot be used: ${place}: ${issue?.message ?? 'not understood'}; ${remedy}.`,
  );
}

interface Schemas {
  readonly configuration: ZodMiniType<LogConfiguration>;
  readonly catalog: ZodMiniType<CatalogEntry[]>;
  readonly component: ZodMiniType<ComponentDefinition>;
  readonly session: ZodMiniType<Session>;
  readonly counters: ZodMiniType<CounterSubject>;
  readonly totals: ZodMiniType<CounterTotals>;
  readonly cleared: ZodMiniType<ClearedMarks>;
}

let built: Schemas | undefined;

/** Built when first needed: a program that only logs never reads either, and zod takes long to load. */
function schemas(): Schemas {
  built ??= buildSchemas();
  return built;
}

function buildSchemas(): Schemas {
  const z = createRequire(import.meta.url)('zod/mini') as typeof import('zod/mini');
  const text = (limit: number) => z.string().check(z.maxLength(limit));
  const name = () => text(64).check(z.regex(/^[A-Za-z][\w-]*$/));
  const list = <T extends ZodMiniType>(of: T, limit: number) => z.array(of).check(z.maxLength(limit));
  const severity = z.enum(SEVERITIES.map((entry) => entry.severity) as [Severity, ...Severity[]]);
  const type = z.enum(Object.keys(PARAMETER_TYPES) as [ParameterType, ...ParameterType[]]);
  const role = z.enum(['source', 'destination', 'ingress', 'egress']);
  const parameter = z.object({ name: text(64), type, role: z.optional(role) });
  const condition = z.object({
    id: text(200),
    name: name(),
    subComponent: z.optional(name()),
    text: text(65_536),
    parameters: list(parameter, 1000),
    severity,
    cause: z.optional(text(65_536)),
    action: z.optional(text(65_536)),
    aliases: list(text(200), 1000),
  });
  const version = z.int().check(z.gte(1), z.lte(0xffff));
  const component = z.object({
    name: name(),
    title: text(1000),
    formatVersion: version,
    contentVersion: version,
    componentId: z.int().check(z.gte(0), z.lte(0xffff)),
    factoryThreshold: severity,
    subComponents: list(
      z.object({ name: name(), title: text(1000), factoryThreshold: z.optional(severity) }),
      10_000,
    ),
    conditions: list(condition, 100_000),
  });
  const catalogEntry = z.object({
    id: text(200),
    component: name(),
    subComponent: z.optional(name()),
    condition: name(),
    componentId: z.int().check(z.gte(0), z.lte(0xffff)),
    formatVersion: version,
    contentVersion: version,
    severity,
    text: text(65_536),
    parameters: list(parameter, 1000),
    cause: z.optional(text(65_536)),
    action: z.optional(text(65_536)),
    aliases: list(text(200), 1000),
  });
  const selection = {
    events: z.object({
      component: z.optional(text(64)),
      subComponent: z.optional(text(64)),
      condition: z.optional(text(64)),
    }),
    severities: z.int().check(z.gte(0), z.lte(0xff)),
    threshold: z.boolean(),
    match: z.optional(
      z.object({
        strict: z.boolean(),
        criteria: list(z.object({ type, role: z.optional(role), value: text(1000) }), 100),
      }),
    ),
  };
  const item = z.object({
    action: z.enum(['include', 'exclude']),
    ...selection,
    except: list(z.object(selection), 10_000),
  });
  const format = z.object({
    timestamp: z.enum(['seconds', 'hundredths', 'none']),
    date: z.enum(['dd-Mmm-yyyy', 'yyyy-mm-dd', 'Mmm-dd', 'mm-dd-yyyy', 'mm/dd/yyyy', 'dd-mm-yyyy', 'none']),
    eventName: z.enum(['component', 'subcomponent', 'condition', 'none']),
    severity: z.boolean(),
    processName: z.boolean(),
    processSlot: z.boolean(),
    sourceLine: z.boolean(),
    hostName: z.boolean(),
    priority: z.boolean(),
    tagId: z.boolean(),
    tagName: z.boolean(),
  });
  const target = z.object({
    name: text(400),
    kind: z.enum(TARGET_KINDS),
    enabled: z.boolean(),
    enabledSince: z.optional(z.number()),
    filter: text(64),
    severity,
    only: z.boolean(),
    match: z.optional(text(256)),
    format,
    suppressRepeats: z.boolean(),
    numberOfMessages: z.optional(
      z.int().check(z.gte(NUMBER_OF_MESSAGES.least), z.lte(NUMBER_OF_MESSAGES.most)),
    ),
    syslog: z.optional(
      z.object({
        host: text(255),
        port: z.int().check(z.gte(0), z.lte(65_535)),
        facility: z.enum(TARGET_FACILITIES),
        transport: z.enum(['udp', 'tcp', 'tls', 'unix']),
        protocol: z.enum(['rfc3164', 'rfc5424']),
        vr: z.optional(text(64)),
        from: z.optional(text(255)),
        tls: z.optional(
          z.object({
            ca: z.optional(text(4096)),
            cert: z.optional(text(4096)),
            key: z.optional(text(4096)),
            servername: z.optional(text(255)),
            verify: z.optional(z.boolean()),
          }),
        ),
      }),
    ),
  });
  const configuration = z.object({
    version: z.literal(CONFIGURATION_VERSION),
    debugMode: z.boolean(),
    debugConditions: z.record(text(200), z.number()),
    thresholds: z.record(text(200), severity),
    filters: list(z.object({ name: text(64), items: list(item, 10_000) }), 1000),
    targets: list(target, 1000),
    messagesPrivilege: z.enum(['admin', 'user']),
  });
  const count = () => z.number().check(z.gte(0));
  const witness = z.object({
    name: text(400),
    pid: z.int().check(z.gte(1), z.lte(0xffff_ffff)),
    start: count(),
    bootId: z.optional(text(128)),
    pidNamespace: z.optional(count()),
    platform: text(64),
    startedAt: count(),
  });
  const counters = z.object({
    process: witness,
    thread: z.int().check(z.gte(0)),
    component: name(),
    conditions: list(text(200), 100_000),
  });
  const totals = z.object({
    version: z.literal(1),
    folded: list(text(300), 1_000_000),
    conditions: z.record(text(200), z.object({ occurred: count(), notified: count() })),
  });
  const marks = () => z.record(text(600), count());
  const cleared = z.object({ 'memory-buffer': marks(), nvram: marks() });
  const session = z.object({ process: witness, target });
  // What zod infers says `| undefined` of what is optional; a parsed object has no such keys.
  return {
    configuration,
    catalog: list(catalogEntry, 1_000_000),
    component,
    session,
    counters,
    totals,
    cleared,
  } as unknown as Schemas;
}
