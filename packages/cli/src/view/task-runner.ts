import type { Work } from '@tracebuf/sqlite';

/** Work that is tried at once; when it takes longer, it goes on between keys. */
const AT_ONCE_MS = 40;

interface Task {
  readonly label: string;
  readonly work: Work<unknown>;
  readonly done: (result: never) => void;
  part: number;
}

/**
 * Does one piece of work at a time, in steps. What is short is done at once; else whoever draws the screen calls
 * {@link step} between keys, and a key may give the work up.
 */
export class TaskRunner {
  #task: Task | undefined;

  /** What is going on, such as `searching 37 %`; `undefined` when nothing is. */
  get label(): string | undefined {
    return this.#task === undefined
      ? undefined
      : `${this.#task.label} ${Math.floor(this.#task.part * 100)} %`;
  }

  /** Whether something is to be done. */
  get isBusy(): boolean {
    return this.#task !== undefined;
  }

  /**
   * Begins; what was going on is given up.
   *
   * @param label What it is, as the screen says it.
   * @param done Takes the result; it may begin something else.
   */
  run<T>(label: string, work: Work<T>, done: (result: T) => void): void {
    this.cancel();
    this.#task = { label, work, done, part: 0 };
    const { work: begun } = this.#task;
    const until = performance.now() + AT_ONCE_MS;
    do this.step();
    while (this.#task?.work === begun && performance.now() < until);
  }

  /** Does a step of what is going on. */
  step(): void {
    const task = this.#task;
    if (task === undefined) return;
    let step: ReturnType<Task['work']['next']>;
    try {
      step = task.work.next();
    } catch (error) {
      this.#task = undefined;
      throw error;
    }
    if (step.done !== true) {
      task.part = step.value.part;
      return;
    }
    this.#task = undefined;
    task.done(step.value as never);
  }

  /** Gives up what is going on. @returns Whether there was anything. */
  cancel(): boolean {
    const task = this.#task;
    this.#task = undefined;
    task?.work.return(undefined as never);
    return task !== undefined;
  }
}
