import { hostname } from 'node:os';
import type { Attributes, StoredResource } from '@tracebuf/otel-exporter';
import type { FedProcess } from './record-feed.ts';

/**
 * Resources of processes, as the collector gets them. What a program tells OpenTelemetry of itself counts for all that it
 * logs, so that logs and spans are of one service.
 */
export class ProcessResources {
  /** By process, then by the resource that a record has; each is always the same object, by which records are put together. */
  readonly #known = new Map<string, Map<StoredResource | undefined, StoredResource>>();
  /** What each process has last told of itself. */
  readonly #told = new Map<string, StoredResource>();

  /** @param stored Of a record of OpenTelemetry; `undefined` for all others. */
  of(process: FedProcess, stored?: StoredResource): StoredResource {
    if (stored !== undefined && hasEntries(stored.attributes)) this.#told.set(process.key, stored);
    const told = stored ?? this.#told.get(process.key);
    const ofProcess = this.#known.get(process.key) ?? new Map<StoredResource | undefined, StoredResource>();
    this.#known.set(process.key, ofProcess);
    const known = ofProcess.get(told);
    if (known !== undefined) return known;
    const resource = { ...told, attributes: { ...attributesOf(process), ...told?.attributes } };
    ofProcess.set(told, resource);
    return resource;
  }

  /** Forgets a process. */
  delete(key: string): void {
    this.#known.delete(key);
    this.#told.delete(key);
  }
}

/** By the names of OpenTelemetry's semantic conventions. */
function attributesOf({ name, pid, key, info }: FedProcess): Attributes {
  const host = info.hostname ?? hostname();
  return {
    'service.name': name,
    // The name of its directory, which no other process of the host ever has.
    'service.instance.id': host === '' ? key : `${host}/${key}`,
    ...(host === '' ? {} : { 'host.name': host }),
    'process.pid': pid,
    'process.runtime.name': 'nodejs',
    ...(info.nodeVersion === '' ? {} : { 'process.runtime.version': info.nodeVersion.replace(/^v/, '') }),
  };
}

function hasEntries(value: object): boolean {
  for (const _ in value) return true;
  return false;
}
