/** Words of the shared memory between a thread and the worker that delivers for it. */
const Word = {
  /** How many requests there were. */
  REQUESTED: 0,
  /** The last request that was answered. */
  ANSWERED: 1,
  /** 1 once the worker has started. */
  STARTED: 2,
} as const;

const WORDS = 3;

/**
 * Requests of a thread to the worker that delivers for it: bring out what there is. In shared memory, so that a thread that is
 * about to end can wait for the answer.
 */
export class Mail {
  readonly #words: Int32Array;
  #seen = 0;

  /** @param memory That of the other side; default: new. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.#words = new Int32Array(memory);
  }

  /** What the other side is to be made with. */
  get memory(): SharedArrayBuffer {
    return this.#words.buffer as SharedArrayBuffer;
  }

  /** Asks the worker to bring out what there is. @returns Number of the request. */
  request(): number {
    const number = Atomics.add(this.#words, Word.REQUESTED, 1) + 1;
    Atomics.notify(this.#words, Word.REQUESTED);
    return number;
  }

  /** Whether a request was answered. */
  isAnswered(number: number): boolean {
    return Atomics.load(this.#words, Word.ANSWERED) >= number;
  }

  /** Blocks until the worker has started, at most so many milliseconds. @returns Whether it has. */
  waitForStart(milliseconds: number): boolean {
    Atomics.wait(this.#words, Word.STARTED, 0, milliseconds);
    return Atomics.load(this.#words, Word.STARTED) !== 0;
  }

  /** Blocks until a request is answered, at most so many milliseconds. */
  waitForAnswer(number: number, milliseconds: number): void {
    const deadline = performance.now() + milliseconds;
    for (;;) {
      const answered = Atomics.load(this.#words, Word.ANSWERED);
      const left = deadline - performance.now();
      if (answered >= number || left <= 0) return;
      Atomics.wait(this.#words, Word.ANSWERED, answered, left);
    }
  }

  /** Says that the worker has started. */
  start(): void {
    Atomics.store(this.#words, Word.STARTED, 1);
    Atomics.notify(this.#words, Word.STARTED);
  }

  /** Resolves with the number of the last request once there is a new one. */
  async nextRequest(): Promise<number> {
    for (;;) {
      const requested = Atomics.load(this.#words, Word.REQUESTED);
      if (requested !== this.#seen) {
        this.#seen = requested;
        return requested;
      }
      await Atomics.waitAsync(this.#words, Word.REQUESTED, requested).value;
    }
  }

  /** Says that a request, and all before it, is done. */
  answer(number: number): void {
    Atomics.store(this.#words, Word.ANSWERED, number);
    Atomics.notify(this.#words, Word.ANSWERED);
  }
}
