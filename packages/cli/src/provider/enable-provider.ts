import {
  controlProvider,
  type EventSelection,
  forgetProvider,
  type ProviderStatus,
  rememberProvider,
} from '@tracebuf/etw';
import { openRoot, visibleText } from '@tracebuf/ring';
import type { Invocation, Run } from '../command.ts';
import type { ExitCode } from '../exit-code.ts';
import { jsonLine } from '../json-line.ts';
import { mayWrite } from '../process-state.ts';
import { reportProblems } from '../read-problems.ts';
import {
  type FoundProvider,
  findProviders,
  knownProviders,
  namedProvider,
  type ProviderOptions,
  providerName,
  unknownProvider,
} from './find-provider.ts';
import { hex, selectionText } from './selection-text.ts';

/** Options of `provider enable`. */
interface EnableOptions extends ProviderOptions {
  readonly level?: number;
  readonly keyword?: bigint;
}

const ALL_KEYWORDS = 0xffff_ffff_ffff_ffffn;

/** `provider enable`. */
export const enableProvider: Run<EnableOptions> = async (invocation) => {
  const { operands, options } = invocation;
  const text = namedProvider(operands, options);
  const { level = 0, keyword = ALL_KEYWORDS } = options;
  const known = knownProviders(options.process);
  const found = findProviders(text, known);
  if (options.process !== undefined) {
    if (alive(found, known.providers).length === 0) throw unknownProvider(text, known);
  } else {
    // First: a process that starts now either finds this, or is found below.
    const root = openRoot({ create: true });
    try {
      for (const { id, name } of found) {
        rememberProvider(root, { id, level, keyword, ...(name === undefined ? {} : { name }) });
      }
    } finally {
      root.close();
    }
  }
  const exitCode = await tell(invocation, found, { level, keyword });
  if (options.process !== undefined) return exitCode;
  for (const provider of found) await reportRemembered(invocation, provider, level, keyword);
  return exitCode;
};

/** `provider disable`. */
export const disableProvider: Run<ProviderOptions> = async (invocation) => {
  const { operands, options, out } = invocation;
  const text = namedProvider(operands, options);
  const known = knownProviders(options.process);
  const found = findProviders(text, known);
  const root = options.process === undefined ? openRoot() : undefined;
  let forgotten: readonly FoundProvider[] = [];
  try {
    if (root !== undefined) forgotten = found.filter(({ id }) => forgetProvider(root, id));
  } finally {
    root?.close();
  }
  if (forgotten.length === 0 && alive(found, known.providers).length === 0)
    throw unknownProvider(text, known);
  const exitCode = await tell(invocation, found, undefined);
  for (const provider of forgotten) {
    await out.write(
      options.json === true
        ? jsonLine({ provider: provider.name, id: provider.id, remembered: false })
        : `${visibleText(providerName(provider))}: processes that start later do not store its events\n`,
    );
  }
  return exitCode;
};

function alive(found: readonly FoundProvider[], providers: readonly ProviderStatus[]): ProviderStatus[] {
  return providers.filter(({ id, process }) => mayWrite(process) && found.some((one) => one.id === id));
}

/** Tells all processes that have such a provider now. */
async function tell(
  { options, out, err }: Invocation<ProviderOptions>,
  found: readonly FoundProvider[],
  selection: Required<EventSelection> | undefined,
): Promise<ExitCode> {
  const { providers, problems } = knownProviders(options.process);
  for (const provider of alive(found, providers)) {
    controlProvider(provider, selection);
    const { process, name, id } = provider;
    await out.write(
      options.json === true
        ? jsonLine({
            process: process.name,
            pid: process.pid,
            provider: name,
            id,
            ...selectionJson(selection),
          })
        : `${visibleText(`${process.name}.${process.pid} ${name}`)}: ${
            selection === undefined
              ? 'disabled'
              : `stores ${selectionText(selection.level, selection.keyword)}`
          }\n`,
    );
  }
  return await reportProblems(problems, err);
}

async function reportRemembered(
  { options, out }: Invocation<EnableOptions>,
  provider: FoundProvider,
  level: number,
  keyword: bigint,
): Promise<void> {
  const { id, name } = provider;
  await out.write(
    options.json === true
      ? jsonLine({ provider: name, id, remembered: true, ...selectionJson({ level, keyword }) })
      : `${visibleText(providerName(provider))}: processes that start later store ${selectionText(level, keyword)}\n`,
  );
}

function selectionJson(selection: Required<EventSelection> | undefined): Record<string, unknown> {
  if (selection === undefined) return { enabled: false };
  return { enabled: true, level: selection.level, keyword: hex(selection.keyword) };
}
