import { TraceReader } from '@tracebuf/ring';
import { DatabaseSource } from '@tracebuf/sqlite';
import { registerDecoders } from '../decoders.ts';
import type { NamedSource } from '../named-source.ts';
import { findTarget, type Target } from '../target.ts';

/** A source that is open. */
export type OpenSource =
  | { readonly kind: 'database'; readonly source: DatabaseSource; close(): void }
  | {
      readonly kind: 'live';
      readonly proc: string;
      readonly target: Target;
      readonly reader: TraceReader;
      close(): void;
    };

/**
 * Opens a source.
 *
 * @throws DatabaseError, UnknownProcessError, AmbiguousProcessError.
 */
export function openSource(named: NamedSource): OpenSource {
  if (named.kind === 'database') {
    const source = new DatabaseSource(named.path);
    return { kind: 'database', source, close: () => source.close() };
  }
  registerDecoders();
  const target = findTarget(named.proc, 'all');
  const reader = new TraceReader(target.processes);
  return { kind: 'live', proc: named.proc, target, reader, close: () => reader.close() };
}

/** The processes that a source has records of. */
export function processesOf(opened: OpenSource): readonly { readonly name: string; readonly pid: number }[] {
  return opened.kind === 'database' ? opened.source.books() : opened.target.processes;
}
