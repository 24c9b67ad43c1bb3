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

/** This function, its caller, and the caller of that. */
const FRAMES = 3;
const UNKNOWN: CallSite = { module: '', line: 0, column: 0 };

/** Where the function was called that calls this one. */
export function callSite(): CallSite {
  try {
    const site = getCallSites(FRAMES)[FRAMES - 1];
    if (site === undefined) return UNKNOWN;
    const { scriptName, lineNumber, columnNumber } = site;
    const module = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName;
    return { module, line: lineNumber, column: columnNumber };
  } catch {
    // A name that is no path.
    return UNKNOWN;
  }
}
