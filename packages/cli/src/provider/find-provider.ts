import {
  listProviders,
  type ProviderList,
  type ProviderStatus,
  providerIdFromName,
  type RememberedProvider,
  rememberedProviders,
} from '@tracebuf/etw';
import { nearest, openRoot, TracebufError } from '@tracebuf/ring';
import { UsageError } from '../errors.ts';
import { allProcesses, findProcessEntries } from '../target.ts';

/** Options that every command of providers has that speaks of one. */
export interface ProviderOptions {
  readonly guid?: string;
  readonly process?: string;
  readonly json?: boolean;
}

/** What is known of providers now. */
export interface KnownProviders extends ProviderList {
  /** Those that are enabled for processes to come. */
  readonly remembered: readonly RememberedProvider[];
}

/** A provider that a command line speaks of. */
export interface FoundProvider {
  /** GUID in lower case. */
  readonly id: string;
  /** Its name, where it is known. */
  readonly name: string | undefined;
}

/** All that is known. */
export function knownProviders(proc = 'all'): KnownProviders {
  const root = openRoot();
  try {
    const remembered = root === undefined ? [] : rememberedProviders(root);
    const processes = proc.toLowerCase() === 'all' ? allProcesses().processes : findProcessEntries(proc);
    return { ...listProviders(processes), remembered };
  } finally {
    root?.close();
  }
}

/**
 * The provider that a command line names: by the operand, or as `tracelog` has it.
 *
 * @throws UsageError where it names none, or two.
 */
export function namedProvider(operands: readonly string[], { guid }: ProviderOptions): string {
  const [operand] = operands;
  if (operand !== undefined && guid !== undefined) {
    throw new UsageError(
      `Two providers are named: ${JSON.stringify(operand)} and ${JSON.stringify(guid)}; give one`,
    );
  }
  const text = (operand ?? guid ?? '').trim();
  if (text === '') {
    throw new UsageError('No provider is named; give its name or GUID, such as MyCompany.MyComponent');
  }
  return text;
}

const GUID = /^#?\{?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\}?$/i;

/**
 * Finds what a name or GUID means: a GUID (in braces or behind `#`, or not), `*Name` for the GUID that goes with a name, or the
 * name of providers that are known, which may have chosen GUIDs of their own.
 *
 * @returns One or more; a name that nobody has yet stands for the GUID that goes with it.
 * @throws UsageError where it can be neither.
 */
export function findProviders(text: string, known: KnownProviders): FoundProvider[] {
  const all: readonly FoundProvider[] = [
    ...known.providers,
    ...known.remembered.map(({ id, name }) => ({ id, name })),
  ];
  const nameOf = (id: string): string | undefined =>
    all.find((provider) => provider.id === id && provider.name !== undefined)?.name;
  const id = GUID.exec(text)?.[1]?.toLowerCase();
  if (id !== undefined) return [{ id, name: nameOf(id) }];
  // A mistyped GUID would be taken for a name that a program to come may have.
  if (text.startsWith('#'))
    throw new UsageError(
      `${JSON.stringify(text)} is no GUID; give one such as #00112233-4455-6677-8899-aabbccddeeff, or *Name`,
    );
  const name = text.startsWith('*') ? text.slice(1) : text;
  if (name === '')
    throw new UsageError(
      'No provider is named behind the "*"; give its name, such as *MyCompany.MyComponent',
    );
  const derived = { id: providerIdFromName(name), name };
  if (text.startsWith('*')) return [{ ...derived, name: nameOf(derived.id) ?? name }];
  const wanted = name.toLowerCase();
  const ids = new Set(
    all.filter((provider) => provider.name?.toLowerCase() === wanted).map((provider) => provider.id),
  );
  if (ids.size === 0) return [derived];
  return [...ids].map((found) => ({ id: found, name: nameOf(found) }));
}

/** The error of a provider that nobody has, with the names that are near. */
export function unknownProvider(text: string, { providers, remembered }: KnownProviders): TracebufError {
  const names = [...new Set([...providers, ...remembered].flatMap(({ name }) => name ?? []))];
  const near = nearest(text.replace(/^\*/, ''), names);
  const remedy =
    near.length > 0
      ? `did you mean ${near.map((name) => JSON.stringify(name)).join(' or ')}?`
      : '"trace-cli provider list" shows those there are.';
  return new TracebufError(
    'ERR_TRACEBUF_UNKNOWN_PROVIDER',
    `No provider answers to ${JSON.stringify(text)}; ${remedy}`,
  );
}

/** A provider as people call it. */
export function providerName({ name, id }: FoundProvider | ProviderStatus): string {
  return name ?? id;
}
