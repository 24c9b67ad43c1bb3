import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

/** Where something stands in a program. */
export interface CallSite {
  /** Path of the file; empty where it is not known. */
  readonly module: string;
  /** From 1; 0 where it is not known. */
  readonly line: number;
  /** From 1; 0 where it is not known. */
  readonly column: number;
}

/** Frames that are looked at; those of this package come first. */
const MAX_FRAMES = 16;
const UNKNOWN: CallSite = { module: '', line: 0, column: 0 };
const OWN_DIRECTORY = dirname(fileURLToPath(import.meta.url)) + sep;

/** Where the program calls this package now. */
export function callSite(): CallSite {
  try {
    for (const { scriptName, lineNumber, columnNumber = 0 } of getCallSites(MAX_FRAMES)) {
      const module = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName;
      if (module.startsWith(OWN_DIRECTORY) || module.startsWith('node:')) continue;
      return { module, line: lineNumber, column: columnNumber };
    }
  } catch {
    // A name that is no path.
  }
  return UNKNOWN;
}
