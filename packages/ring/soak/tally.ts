/** What a soak has seen so far. */
export interface Tally {
  kills: number;
  /** Of these, kills at a random instant of the start, while the rings were made or not even that. */
  early: number;
  /** Rings verified after a kill. */
  rings: number;
  /** Records whose append had returned. */
  acknowledged: number;
  /** Records in the rings, and appended one too many to be acknowledged, when their writer was dead. */
  recovered: number;
  unacknowledged: number;
  /** Records refused by full rings. */
  refused: number;
  /** Records that followers and snapshots read while they were written. */
  readLive: number;
  /** Polls, snapshots and clears. */
  visits: number;
  /** Records that followers were told they had lost. */
  overtaken: number;
  clears: number;
  /** Acknowledged records that were neither there nor accounted for. */
  missing: number;
  /** Records that were not what had been appended. */
  torn: number;
  /** Records before ones of a lower number, and gaps that no reader was told of. */
  disordered: number;
  /** Rings whose books did not balance (R4). */
  unbalanced: number;
}

/** Told what must not be, when it is seen. */
export type Fault = (kind: 'missing' | 'torn' | 'disordered' | 'unbalanced', text: string) => void;

/** A tally of nothing. */
export function newTally(): Tally {
  return {
    kills: 0,
    early: 0,
    rings: 0,
    acknowledged: 0,
    recovered: 0,
    unacknowledged: 0,
    refused: 0,
    readLive: 0,
    visits: 0,
    overtaken: 0,
    clears: 0,
    missing: 0,
    torn: 0,
    disordered: 0,
    unbalanced: 0,
  };
}

/** What must be zero. */
export function faults({ missing, torn, disordered, unbalanced }: Tally): number {
  return missing + torn + disordered + unbalanced;
}

/** The tally in words. */
export function describeTally(tally: Tally): string {
  const n = (value: number): string => value.toLocaleString('en');
  return [
    `kills ${n(tally.kills)} (${n(tally.early)} at a random instant of the start), rings verified ${n(tally.rings)}`,
    `records acknowledged ${n(tally.acknowledged)}, refused by full rings ${n(tally.refused)}, ` +
      `recovered after death ${n(tally.recovered)}, appended and not yet acknowledged ${n(tally.unacknowledged)}`,
    `read while written ${n(tally.readLive)} in ${n(tally.visits)} visits, ` +
      `losses told to followers ${n(tally.overtaken)}, clears ${n(tally.clears)}`,
    `missing ${n(tally.missing)}, torn ${n(tally.torn)}, out of order ${n(tally.disordered)}, ` +
      `unbalanced ${n(tally.unbalanced)}`,
  ].join('\n');
}
