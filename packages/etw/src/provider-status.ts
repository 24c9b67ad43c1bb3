import { closeSync } from 'node:fs';
import {
  type BufferStatus,
  controlBuffers,
  type ProcessEntry,
  type ReadProblem,
  TraceReader,
} from '@tracebuf/ring';
import { readDefinitions } from '@tracebuf/ring/files';
import {
  EVENT_DEFINITION,
  PROVIDER_DEFINITION,
  type ProviderDefinition,
  readEventDefinition,
  readProviderDefinition,
} from './event-definition.ts';
import { type EventDescriptor, readDescriptor } from './event-descriptor.ts';
import type { EventDeclaration } from './read-metadata.ts';
import { ALL_KEYWORDS, type EventSelection } from './ring-sink.ts';

/** An event that a provider has declared. */
export interface DeclaredEvent {
  readonly descriptor: EventDescriptor;
  readonly declaration: EventDeclaration;
}

/** A provider of a process, live or dead, as its trace buffer tells it. */
export interface ProviderStatus extends ProviderDefinition {
  readonly process: ProcessEntry;
  /** Its buffer. */
  readonly status: BufferStatus;
  /** Whether events are stored, in every thread. */
  readonly enabled: boolean;
  /** Events up to this level are wanted, 0 to 255; 0 means all. */
  readonly level: number;
  /** Events with one of these keywords are wanted, and those without any. */
  readonly keyword: bigint;
  /** Events that it has declared, by name; what is built field by field is not among them. */
  readonly events: readonly DeclaredEvent[];
}

/** Providers, and what could not be read. */
export interface ProviderList {
  readonly providers: readonly ProviderStatus[];
  readonly problems: readonly ReadProblem[];
}

/** Finds the providers of some processes, in the order of the processes, then by name. */
export function listProviders(processes: readonly ProcessEntry[]): ProviderList {
  const problems: ReadProblem[] = [];
  const providers = processes.flatMap((process) => {
    const described = describeBuffers(process, problems);
    if (described.size === 0) return [];
    using reader = new TraceReader([process], { buffers: [...described.keys()] });
    const found = reader.buffers().flatMap((status) => {
      const known = described.get(status.buffer);
      return known === undefined ? [] : [{ ...known, ...wanted(status), process, status }];
    });
    problems.push(...reader.problems);
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  });
  return { providers, problems };
}

/**
 * Tells the providers of a GUID in a process what is wanted of them. It needs no cooperation of the process.
 *
 * @param selection Which events are wanted; `undefined` for none.
 * @throws As `controlBuffers`.
 */
export function controlProvider(
  { process, status }: ProviderStatus,
  selection: EventSelection | undefined,
): void {
  const { level = 0, keyword = ALL_KEYWORDS } = selection ?? {};
  controlBuffers(
    process,
    [status.buffer],
    selection === undefined
      ? { enabled: false }
      : { enabled: true, minLevel: 0, policy: level, keywords: keyword },
  );
}

function wanted({
  enabled,
  policyGeneration,
  keywords,
}: BufferStatus): Pick<ProviderStatus, 'enabled' | 'level' | 'keyword'> {
  return { enabled, level: policyGeneration & 0xff, keyword: keywords };
}

type Described = ProviderDefinition & { readonly events: readonly DeclaredEvent[] };

/** Providers by the names of their buffers, as definitions describe them. */
function describeBuffers(process: ProcessEntry, problems: ReadProblem[]): Map<string, Described> {
  const described = new Map<string, ProviderDefinition & { readonly events: DeclaredEvent[] }>();
  for (const file of process.ringFiles()) {
    if (file.role !== 'ring') continue;
    try {
      const fd = file.openDefinitions();
      if (fd === undefined) continue;
      try {
        const definitions = readDefinitions(fd);
        const provider = readProviderDefinition(definitions.get(PROVIDER_DEFINITION)?.get(0));
        if (provider === undefined) continue;
        const known = described.get(file.buffer) ?? { ...provider, events: [] };
        described.set(file.buffer, known);
        addEvents(known.events, definitions.get(EVENT_DEFINITION)?.values() ?? []);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      problems.push({ path: file.path, error: error as Error });
    }
  }
  return described;
}

/** Each thread declares its own: those that are the same are one. */
function addEvents(events: DeclaredEvent[], values: Iterable<unknown>): void {
  for (const value of values) {
    const read = readEventDefinition(value);
    if (read === undefined) continue;
    const descriptor = readDescriptor(read.descriptor);
    const { declaration } = read;
    const isKnown = events.some(
      (event) => isSame(event.descriptor, descriptor) && isSame(event.declaration, declaration),
    );
    if (!isKnown) events.push({ descriptor, declaration });
  }
  events.sort((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
}

function isSame(a: object, b: object): boolean {
  const text = (value: object): string =>
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  return text(a) === text(b);
}
