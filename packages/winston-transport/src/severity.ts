import { MAX_LEVEL } from '@tracebuf/ring';

/**
 * Severities of the level names that winston's sets (npm, syslog, cli) and custom ones use, on pino's scale. Where a
 * name stands between two standard levels it has a number between theirs, so that `level >= info` means what it says.
 */
export const SEVERITIES: Readonly<Record<string, number>> = {
  emerg: 65,
  emergency: 65,
  panic: 65,
  alert: 62,
  crit: 60,
  critical: 60,
  fatal: 60,
  error: 50,
  err: 50,
  warn: 40,
  warning: 40,
  help: 36,
  notice: 35,
  data: 33,
  info: 30,
  http: 27,
  verbose: 25,
  debug: 20,
  prompt: 17,
  input: 12,
  trace: 10,
  silly: 10,
};

/** Severity of a level that nothing is known about. */
const UNKNOWN_SEVERITY = 30;

/** Names that mean the same in every set: where a set orders names otherwise than the table, these stay in place. */
const STANDARD = new Set(['fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace', 'silly']);

/** Levels more severe than every known one lie below this, or not far above the highest known one. */
const TOP = 70;

/** Levels of a set that share a number, and the severity that their names are known by. */
interface Rung {
  readonly names: readonly string[];
  readonly known: number | undefined;
  readonly weight: number;
}

/**
 * Maps level names to severities: by table, and for names of a logger's own set by their place in it.
 *
 * A name of its own goes evenly between its known neighbours: in `{ error: 0, audit: 1, info: 2 }`, `audit` is 40.
 * Where a set and the table disagree about an order (in winston's cli set, `verbose` is below `debug`), the set wins.
 */
export class SeverityScale {
  readonly #severities = new Map<string, number>(Object.entries(SEVERITIES));
  readonly #pinned: Readonly<Record<string, number>>;

  /** @param pinned Severities that the user gave; they are never moved. */
  constructor(pinned: Readonly<Record<string, number>> = {}) {
    this.#pinned = pinned;
    for (const [name, severity] of Object.entries(pinned)) this.#severities.set(name, severity);
  }

  /** Severity of a level name; `info` where it is unknown or no name at all. */
  severityOf(level: unknown): number {
    return this.#severities.get(level as string) ?? UNKNOWN_SEVERITY;
  }

  /**
   * Learns the levels of a logger.
   *
   * @param levels As in `createLogger({ levels })`: 0 is the most severe.
   * @returns The severity of each name.
   */
  learn(levels: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
    const learned = new Map<string, number>();
    const rungs = this.#rungsOf(levels);
    const severities = between(rungs, anchors(rungs));
    for (const [index, rung] of rungs.entries()) {
      for (const name of rung.names)
        learned.set(name, this.#pin(name) ?? severities[index] ?? UNKNOWN_SEVERITY);
    }
    for (const [name, severity] of learned) this.#severities.set(name, severity);
    return learned;
  }

  #pin(name: string): number | undefined {
    return Object.hasOwn(this.#pinned, name) ? this.#pinned[name] : undefined;
  }

  #rungsOf(levels: Readonly<Record<string, number>>): Rung[] {
    const byNumber = new Map<number, string[]>();
    for (const [name, number] of Object.entries(levels)) {
      if (typeof number !== 'number' || Number.isNaN(number)) continue;
      const names = byNumber.get(number);
      if (names === undefined) byNumber.set(number, [name]);
      else names.push(name);
    }
    return [...byNumber].sort(([a], [b]) => a - b).map(([, names]) => this.#rungOf(names));
  }

  #rungOf(names: readonly string[]): Rung {
    for (const name of names) {
      const pinned = this.#pin(name);
      if (pinned !== undefined) return { names, known: pinned, weight: 100 };
    }
    for (const name of names) {
      const key = name.toLowerCase();
      if (Object.hasOwn(SEVERITIES, key)) {
        return { names, known: SEVERITIES[key], weight: STANDARD.has(key) ? 3 : 2 };
      }
    }
    return { names, known: undefined, weight: 0 };
  }
}

/** The known rungs that keep their severity: the heaviest chain that falls from rung to rung. */
function anchors(rungs: readonly Rung[]): ReadonlySet<Rung> {
  interface Chain {
    readonly rung: Rung;
    readonly weight: number;
    readonly above: Chain | undefined;
  }
  const chains: Chain[] = [];
  let heaviest: Chain | undefined;
  for (const rung of rungs) {
    if (rung.known === undefined) continue;
    let above: Chain | undefined;
    for (const chain of chains) {
      if ((chain.rung.known ?? 0) > rung.known && chain.weight > (above?.weight ?? 0)) above = chain;
    }
    const chain = { rung, weight: rung.weight + (above?.weight ?? 0), above };
    chains.push(chain);
    if (chain.weight > (heaviest?.weight ?? 0)) heaviest = chain;
  }
  const kept = new Set<Rung>();
  for (let chain = heaviest; chain !== undefined; chain = chain.above) kept.add(chain.rung);
  return kept;
}

/** Severities of all rungs: those of the anchors, and the others spread evenly between them. */
function between(rungs: readonly Rung[], kept: ReadonlySet<Rung>): number[] {
  const severities: number[] = [];
  let upper: number | undefined;
  let index = 0;
  while (index < rungs.length) {
    let end = index;
    while (end < rungs.length && !kept.has(rungs[end] as Rung)) end++;
    const lower = end < rungs.length ? (rungs[end]?.known ?? 0) : 0;
    const count = end - index;
    const ceiling = upper ?? Math.max(TOP, lower + 10);
    for (let step = 1; step <= count; step++) {
      const severity = Math.round(ceiling - ((ceiling - lower) * step) / (count + 1));
      severities.push(Math.min(severity, MAX_LEVEL));
    }
    if (end < rungs.length) severities.push(lower);
    upper = lower;
    index = end + 1;
  }
  return severities;
}
