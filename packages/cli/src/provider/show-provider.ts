import {
  type DeclaredEvent,
  eventLevelText,
  type FieldDeclaration,
  inTypeName,
  outTypeName,
  type ProviderStatus,
} from '@tracebuf/etw';
import { visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { jsonLine } from '../json-line.ts';
import { shortState } from '../process-state.ts';
import { plural } from '../quantity.ts';
import { reportProblems } from '../read-problems.ts';
import { type Column, formatTable } from '../table.ts';
import {
  type FoundProvider,
  findProviders,
  type KnownProviders,
  knownProviders,
  namedProvider,
  type ProviderOptions,
  providerName,
  unknownProvider,
} from './find-provider.ts';
import { providerJson } from './list-providers.ts';
import { hex, selectionText } from './selection-text.ts';

/** `provider show`. */
export const showProvider: Run<ProviderOptions> = async ({ operands, options, out, err }) => {
  const text = namedProvider(operands, options);
  const known = knownProviders();
  const found = findProviders(text, known).filter(({ id }) =>
    [...known.providers, ...known.remembered].some((provider) => provider.id === id),
  );
  if (found.length === 0) throw unknownProvider(text, known);
  for (const provider of found) {
    await out.write(
      options.json === true
        ? jsonLine(descriptionJson(provider, known))
        : descriptionText(provider, known, out.color),
    );
  }
  return await reportProblems(known.problems, err);
};

/** All that several processes have declared; those that are the same are one. */
function eventsOf(providers: readonly ProviderStatus[]): DeclaredEvent[] {
  const events = new Map<string, DeclaredEvent>();
  for (const event of providers.flatMap((provider) => provider.events)) {
    const key = JSON.stringify(eventJson(event));
    if (!events.has(key)) events.set(key, event);
  }
  return [...events.values()].sort((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
}

function descriptionText(provider: FoundProvider, known: KnownProviders, color: boolean): string {
  const providers = known.providers.filter(({ id }) => id === provider.id);
  const remembered = known.remembered.find(({ id }) => id === provider.id);
  const groups = [...new Set(providers.flatMap(({ groupId }) => groupId ?? []))];
  const lines = [
    visibleText(providerName(provider)),
    `  GUID       ${provider.id}`,
    ...groups.map((group) => `  group      ${group}`),
    ...(remembered === undefined
      ? []
      : [`  to come    stores ${selectionText(remembered.level, remembered.keyword)}`]),
    ...providers.map(
      ({ process, status, enabled, level, keyword }) =>
        `  ${visibleText(`${process.name}.${process.pid}`)}  ${shortState(process)}, ${
          enabled ? `stores ${selectionText(level, keyword)}` : 'off'
        }, ${plural(status.counts.readable, 'record')} in ${visibleText(status.buffer)}`,
    ),
  ];
  const events = eventsOf(providers);
  const table = events.length === 0 ? '' : `\n${formatTable(EVENT_COLUMNS, events, color)}`;
  return `${lines.join('\n')}\n${table}`;
}

const EVENT_COLUMNS: readonly Column<DeclaredEvent>[] = [
  { title: 'EVENT', text: ({ declaration }) => declaration.name, style: () => 'cyan' },
  { title: 'LEVEL', text: ({ descriptor }) => eventLevelText(descriptor.level) },
  { title: 'KEYWORD', text: ({ descriptor }) => hex(descriptor.keyword) },
  { title: 'FIELDS', text: ({ declaration }) => fieldsText(declaration.fields) },
];

/** `path unicodestring, owner {name countedansistring utf8, ids int32[]}`. */
function fieldsText(fields: readonly FieldDeclaration[]): string {
  return fields.map((field) => `${field.name} ${typeText(field)}`).join(', ');
}

function typeText({ inType, outType, shape, count, fields }: FieldDeclaration): string {
  const base = fields === undefined ? inTypeName(inType).toLowerCase() : `{${fieldsText(fields)}}`;
  const format = outType === 0 ? '' : ` ${outTypeName(outType).toLowerCase()}`;
  if (shape === 'variable') return `${base}${format}[]`;
  return shape === 'fixed' ? `${base}${format}[${count}]` : `${base}${format}`;
}

function descriptionJson(provider: FoundProvider, known: KnownProviders): Record<string, unknown> {
  const providers = known.providers.filter(({ id }) => id === provider.id);
  const remembered = known.remembered.find(({ id }) => id === provider.id);
  return {
    provider: provider.name,
    id: provider.id,
    ...(remembered === undefined
      ? {}
      : { remembered: { level: remembered.level, keyword: hex(remembered.keyword) } }),
    processes: providers.map(providerJson),
    events: eventsOf(providers).map(eventJson),
  };
}

function eventJson({ declaration, descriptor }: DeclaredEvent): Record<string, unknown> {
  const { keyword, ...numbers } = descriptor;
  return {
    event: declaration.name,
    ...numbers,
    keyword: hex(keyword),
    fields: declaration.fields.map(fieldJson),
  };
}

function fieldJson({ name, inType, outType, tag, shape, fields }: FieldDeclaration): Record<string, unknown> {
  return {
    name,
    type: inTypeName(inType).toLowerCase(),
    ...(outType === 0 ? {} : { format: outTypeName(outType).toLowerCase() }),
    ...(tag === 0 ? {} : { tag }),
    ...(shape === 'single' ? {} : { shape }),
    ...(fields === undefined ? {} : { fields: fields.map(fieldJson) }),
  };
}
