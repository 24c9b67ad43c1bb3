import { hostname } from 'node:os';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ProcessEntry } from '@tracebuf/ring';
import type { FedRing } from '@tracebuf/ring/files';

/** What became of some records of a ring. */
export interface Booking {
  readonly stored: number;
  readonly lost: number;
  readonly cleared: number;
}

/** Processes and rings in a database, and how far each ring has been read. */
export class RingBooks {
  readonly #processes = new Map<string, number>();
  readonly #rings = new Map<string, number>();
  readonly #addProcess: StatementSync;
  readonly #addRing: StatementSync;
  readonly #book: StatementSync;
  readonly #positions: StatementSync;
  readonly #position: StatementSync;

  constructor(database: DatabaseSync) {
    this.#addProcess = database.prepare(
      `INSERT INTO processes (key, name, pid, started, state, exit_code, uncaught, info) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET state = excluded.state, exit_code = excluded.exit_code, uncaught = excluded.uncaught
       RETURNING id`,
    );
    this.#addRing = database.prepare(
      `INSERT INTO rings (process, key, buffer, thread, role) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id`,
    );
    this.#book = database.prepare(
      `UPDATE rings SET position = position + ?, stored = stored + ?, lost = lost + ?, cleared = cleared + ?
       WHERE id = ? AND position = ?`,
    );
    this.#positions = database.prepare('SELECT key, position FROM rings');
    this.#position = database.prepare('SELECT position FROM rings WHERE id = ?');
  }

  /** How far each ring has been read, by its key. */
  positions(): Map<string, number> {
    const rows = this.#positions.all() as { key: string; position: number }[];
    return new Map(rows.map(({ key, position }) => [key, position]));
  }

  /** Number of a ring, which is given one where it has none. */
  ringId(ring: FedRing): number {
    const known = this.#rings.get(ring.key);
    if (known !== undefined) return known;
    const { buffer, thread, role } = ring.file;
    const row = this.#addRing.get(this.#processId(ring.process), ring.key, buffer, thread, role) as {
      id: number;
    };
    this.#rings.set(ring.key, row.id);
    return row.id;
  }

  /** How far a ring has been read. */
  position(id: number): number {
    return (this.#position.get(id) as { position: number }).position;
  }

  /**
   * Books what became of the records behind a position.
   *
   * @returns Whether it was done; if not, another program has read the ring further meanwhile.
   */
  book(id: number, position: number, { stored, lost, cleared }: Booking): boolean {
    return this.#book.run(stored + lost + cleared, stored, lost, cleared, id, position).changes === 1;
  }

  /** Writes down how a process is. */
  noteProcess(process: ProcessEntry): void {
    this.#processes.set(process.key, this.#saveProcess(process));
  }

  /** Forgets the numbers at hand, as after a rollback. */
  forget(): void {
    this.#processes.clear();
    this.#rings.clear();
  }

  #processId(process: ProcessEntry): number {
    const known = this.#processes.get(process.key);
    if (known !== undefined) return known;
    const id = this.#saveProcess(process);
    this.#processes.set(process.key, id);
    return id;
  }

  #saveProcess({ key, name, pid, startedAt, state, exitCode, uncaught, info }: ProcessEntry): number {
    const started = Math.round(startedAt * 1000);
    const row = this.#addProcess.get(
      key,
      name,
      pid,
      started,
      state,
      exitCode ?? null,
      uncaught ?? null,
      // Whoever reads it may be on another machine.
      JSON.stringify({ ...info, hostname: hostname() }),
    ) as { id: number };
    return row.id;
  }
}
