import { readFileSync, statSync } from 'node:fs';
import { type CatalogEntry, compareCatalogs, parseCatalog } from '@tracebuf/exos-log';
import { TracebufError, visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { jsonLine } from '../json-line.ts';
import { plural } from '../quantity.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** `log compare-catalogs`: 1 where a change is breaking. */
export const compareCatalogFiles: Run<{ readonly json?: boolean }> = async ({
  operands: [before = '', after = ''],
  options,
  out,
}) => {
  const changes = compareCatalogs(readCatalog(before), readCatalog(after));
  const breaking = changes.filter((change) => change.breaking).length;
  for (const change of changes) {
    const mark = change.breaking ? 'BREAKING' : 'harmless';
    await out.write(
      options.json === true
        ? jsonLine(change)
        : `${mark} ${visibleText(`${change.kind}: ${change.message}`)}\n`,
    );
  }
  if (options.json !== true) await out.line(`${plural(changes.length, 'change')}, ${breaking} breaking`);
  return breaking > 0 ? ExitCode.FAILED : ExitCode.DONE;
};

/** A JSON array of conditions, or one condition a line. @throws TracebufError, LogConfigurationError */
function readCatalog(path: string): CatalogEntry[] {
  const text = readText(path);
  try {
    return parseCatalog(text.trimStart().startsWith('[') ? JSON.parse(text) : jsonLines(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw catalogError(path, reason, cause);
  }
}

function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes; catalogs have at most ${MAX_BYTES}`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw catalogError(path, (cause as Error).message, cause);
  }
}

function catalogError(path: string, reason: string, cause: unknown): TracebufError {
  const message = `Cannot read the catalog ${JSON.stringify(path)}: ${reason}`;
  return new TracebufError('ERR_TRACEBUF_CATALOG', message, { cause });
}
