import type { LogConfiguration } from './configuration.ts';
import { findFilter } from './configuration.ts';
import { LogConfigurationError, LogTargetExistsError, UnknownLogTargetError } from './errors.ts';
import { sameName } from './event-name.ts';
import type { LineFormat } from './line-format.ts';
import { type LogTarget, NUMBER_OF_MESSAGES, type SyslogServer, syslogTarget } from './log-target.ts';
import { compileMatchExpression } from './match-expression.ts';
import { quoted } from './quoted.ts';
import type { Severity } from './severity.ts';
import { parseSyslogAddress } from './syslog-address.ts';

/** What `configure log target` can change; what is absent stays. */
export interface TargetChange {
  readonly enabled?: boolean;
  /** Name of a filter, in any case. */
  readonly filter?: string;
  /** `severity <s>`, or with {@link TargetChange.only} `severity <s> only`. */
  readonly severity?: Severity;
  /** Default `false` where a severity is given. */
  readonly only?: boolean;
  /** `match <expression>`; `any` takes every text. */
  readonly match?: string;
  readonly format?: LineFormat;
  /** Whether repeats are summed up. */
  readonly suppressRepeats?: boolean;
  /** `number-of-messages`, 200 to 20000; of memory-buffer and nvram. */
  readonly numberOfMessages?: number;
  /** `from <address>`, of syslog. */
  readonly from?: string;
}

/**
 * The targets that a name means: that of one, `syslog` or `syslog all` for every syslog target, or `syslog` with an
 * address and what else sets it apart.
 *
 * @throws {UnknownLogTargetError} There is none.
 */
export function findTargets(configuration: LogConfiguration, name: string): LogTarget[] {
  const { targets } = configuration;
  const words = name.trim().toLowerCase().split(/\s+/);
  const [kind, ...rest] = words;
  const wanted = rest.length === 1 && rest[0] === 'all' ? [] : rest;
  const found = targets.filter((target) => {
    if (target.kind !== kind) return false;
    const parts = target.name.toLowerCase().split(' ').slice(1);
    return wanted.every((word) => parts.includes(word) || isAddressOf(word, target));
  });
  if (found.length > 0) return found;
  throw new UnknownLogTargetError(
    name,
    targets.map((target) => target.name),
  );
}

/** Whether a word is the address of a target's server, with its port or without. */
function isAddressOf(word: string, { syslog }: LogTarget): boolean {
  if (syslog === undefined) return false;
  try {
    const { host, port, unix } = parseSyslogAddress(word);
    return (
      unix === (syslog.transport === 'unix') &&
      sameName(host, syslog.host) &&
      (port === undefined || port === syslog.port)
    );
  } catch {
    return false;
  }
}

/**
 * Changes a target, or all that the name means.
 *
 * @throws {UnknownLogTargetError} There is no such target.
 * @throws {LogFilterError} There is no such filter.
 * @throws {LogConfigurationError} A value can't be used, or not for that target.
 */
export function configureTarget(
  configuration: LogConfiguration,
  name: string,
  change: TargetChange,
): LogConfiguration {
  const changed = findTargets(configuration, name);
  const targets = configuration.targets.map((target) =>
    changed.includes(target) ? changedTarget(configuration, target, change) : target,
  );
  return { ...configuration, targets };
}

function changedTarget(configuration: LogConfiguration, target: LogTarget, change: TargetChange): LogTarget {
  const { match: _match, ...unmatched } = target;
  const { enabled, filter, severity, only, match, format, suppressRepeats, numberOfMessages, from } = change;
  const matched =
    match === undefined ? target : match.toLowerCase() === 'any' ? unmatched : { ...target, match };
  if (match !== undefined) checkExpression(match);
  if (only === true && severity === undefined) {
    throw new LogConfigurationError('"only" needs a severity before it; write "severity <severity> only".');
  }
  return {
    ...matched,
    ...(enabled === undefined ? {} : { enabled }),
    ...(filter === undefined ? {} : { filter: findFilter(configuration, filter).name }),
    ...(severity === undefined ? {} : { severity, only: only ?? false }),
    ...(format === undefined ? {} : { format }),
    ...(suppressRepeats === undefined ? {} : { suppressRepeats }),
    ...(numberOfMessages === undefined ? {} : { numberOfMessages: checkedNumber(target, numberOfMessages) }),
    ...(from === undefined ? {} : { syslog: { ...checkedServer(target), from } }),
  };
}

function checkExpression(expression: string): void {
  try {
    compileMatchExpression(expression);
  } catch (cause) {
    throw new LogConfigurationError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function checkedNumber(target: LogTarget, value: number): number {
  if (target.numberOfMessages === undefined) {
    throw new LogConfigurationError(
      `The target ${quoted(target.name)} keeps no messages; set the number of memory-buffer or nvram.`,
    );
  }
  const { least, most } = NUMBER_OF_MESSAGES;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new LogConfigurationError(
    `The number of messages ${quoted(value)} cannot be used; give a whole number from ${least} to ${most}.`,
  );
}

function checkedServer(target: LogTarget): SyslogServer {
  if (target.syslog !== undefined) return target.syslog;
  throw new LogConfigurationError(
    `The target ${quoted(target.name)} sends nothing; "from" is for syslog targets.`,
  );
}

/**
 * `configure syslog add`: a target that sends to a server; it is disabled until it is enabled.
 *
 * @throws {LogConfigurationError} The server can't be used.
 * @throws {LogTargetExistsError} There is a target for it.
 */
export function addSyslog(configuration: LogConfiguration, server: SyslogServer): LogConfiguration {
  const target = syslogTarget(server);
  if (!/^\S{1,255}$/.test(server.host)) {
    throw new LogConfigurationError(
      `The syslog server ${quoted(server.host)} has no usable address; give a host.`,
    );
  }
  const least = server.transport === 'unix' ? 0 : 1;
  if (!(Number.isInteger(server.port) && server.port >= least && server.port <= 65535)) {
    throw new LogConfigurationError(
      `The port ${quoted(server.port)} cannot be used; give one from 1 to 65535.`,
    );
  }
  if (configuration.targets.some((known) => sameName(known.name, target.name))) {
    throw new LogTargetExistsError(target.name);
  }
  return { ...configuration, targets: [...configuration.targets, target] };
}

/**
 * `configure syslog delete [all | <address> …]`.
 *
 * @param which `all`, or what {@link findTargets} takes after `syslog`.
 * @throws {UnknownLogTargetError} There is no such target.
 */
export function deleteSyslog(configuration: LogConfiguration, which: string): LogConfiguration {
  const all = which.trim().toLowerCase() === 'all';
  const deleted = all
    ? configuration.targets.filter(({ kind }) => kind === 'syslog')
    : findTargets(configuration, `syslog ${which}`);
  return { ...configuration, targets: configuration.targets.filter((target) => !deleted.includes(target)) };
}
