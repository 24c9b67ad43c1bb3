import { hostname } from 'node:os';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { OTHER_BUFFERS, type ProcessEntry, type RemovedBook } from '@tracebuf/ring';
import type { FedRing } from '@tracebuf/ring/files';

/** What became of some records of a ring. */
export interface Booking {
  readonly stored: number;
  readonly lost: number;
  readonly cleared: number;
}

/** What a process had booked of its rings that are gone; see `RemovedBook`. */
export interface RemovedBefore {
  readonly process: ProcessEntry;
  readonly book: RemovedBook;
  /** Records by name of the buffer, of those that are recorded. */
  readonly buffers: ReadonlyMap<string, number>;
}

/** `role` of the row that stands for the rings of a buffer that nobody could read. */
const REMOVED_ROLE = 'removed';

/** Processes and rings in a database, and how far each ring has been read. */
export class RingBooks {
  readonly #processes = new Map<string, number>();
  readonly #rings = new Map<string, number>();
  readonly #addProcess: StatementSync;
  readonly #addRing: StatementSync;
  readonly #book: StatementSync;
  readonly #positions: StatementSync;
  readonly #position: StatementSync;
  readonly #readOfGone: StatementSync;
  readonly #bookRemoved: StatementSync;
  readonly #removed: StatementSync;

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
    this.#readOfGone = database.prepare(
      `SELECT coalesce(sum(position), 0) AS records FROM rings
       WHERE process = :process AND role <> '${REMOVED_ROLE}' AND key NOT IN (SELECT value FROM json_each(:present))
         AND CASE WHEN :buffer = '${OTHER_BUFFERS}' THEN buffer NOT IN (SELECT value FROM json_each(:named))
           ELSE buffer = :buffer END`,
    );
    this.#bookRemoved = database.prepare(
      `INSERT INTO rings (process, key, buffer, thread, role, position, lost)
       VALUES (:process, :key, :buffer, 0, '${REMOVED_ROLE}', :lost, :lost)
       ON CONFLICT (key) DO UPDATE SET position = excluded.lost, lost = excluded.lost`,
    );
    this.#removed = database.prepare('SELECT lost FROM rings WHERE key = ?');
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

  /**
   * Books what was in rings that a process removed before anybody could read them, as one ring more of each buffer.
   *
   * @param present Keys of the rings that the process has not booked: what was read of others is among what it has.
   * @returns How many more records that are than were booked before.
   */
  bookRemoved({ process, buffers }: RemovedBefore, present: readonly string[]): number {
    const id = this.#processId(process);
    const named = JSON.stringify([...buffers.keys()]);
    let more = 0;
    for (const [buffer, records] of buffers) {
      const shown = { process: id, buffer, named, present: JSON.stringify(present) };
      const read = this.#readOfGone.get(shown) as { records: number };
      const key = `${process.key}/${buffer}/${REMOVED_ROLE}`;
      const before = (this.#removed.get(key) as { lost: number } | undefined)?.lost ?? 0;
      // What the process has removed since it was asked is among what was read only: the next look puts that right.
      const lost = Math.max(0, records - read.records);
      if (lost === before) continue;
      this.#bookRemoved.run({ process: id, key, buffer, lost });
      more += lost - before;
    }
    return more;
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
