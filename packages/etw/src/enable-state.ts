/** What a session asks of a provider: the rule by which Windows and the headers of TraceLogging decide. */
export class EnableState {
  /** Events of a level below this pass: 0 while nobody listens, 256 for all levels. */
  #levelEnd = 0;
  #anyLow = 0;
  #anyHigh = 0;
  #allLow = 0;
  #allHigh = 0;

  /** Nobody listens. */
  disable(): void {
    this.#levelEnd = 0;
  }

  /**
   * Somebody listens.
   *
   * @param level Events up to this level are wanted, 0 to 255; 0 means all.
   * @param anyKeyword Events with one of these keywords are wanted, and those without any.
   * @param allKeyword Of these, only such as have all of these.
   */
  enable(level: number, anyKeyword: bigint, allKeyword = 0n): void {
    this.#levelEnd = level === 0 ? 256 : level + 1;
    this.#anyLow = lowHalf(anyKeyword);
    this.#anyHigh = highHalf(anyKeyword);
    this.#allLow = lowHalf(allKeyword);
    this.#allHigh = highHalf(allKeyword);
  }

  /**
   * Whether an event is wanted.
   *
   * @param low Low half of its keyword, as a signed 32-bit number.
   * @param high High half.
   */
  isEnabled(level: number, low: number, high: number): boolean {
    if (level >= this.#levelEnd) return false;
    if ((low | high) === 0) return true;
    if (((low & this.#anyLow) | (high & this.#anyHigh)) === 0) return false;
    return (low & this.#allLow) === this.#allLow && (high & this.#allHigh) === this.#allHigh;
  }
}

/** The low half of a 64-bit mask, as a signed 32-bit number. */
export function lowHalf(mask: bigint): number {
  return Number(BigInt.asIntN(32, mask));
}

/** The high half of a 64-bit mask, as a signed 32-bit number. */
export function highHalf(mask: bigint): number {
  return Number(BigInt.asIntN(32, mask >> 32n));
}
