import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from './pack.ts';

/** A fenced block of code in a Markdown file. */
export interface CodeBlock {
  /** The Markdown file, relative to the root of the workspace. */
  readonly file: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  /** What stands behind the opening fence: `js`, `sh` … */
  readonly language: string;
  readonly code: string;
}

/** A command line that a Markdown file tells the reader to type. */
export interface CommandLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const FENCE = /^```/;

/** The fenced blocks of a Markdown file of the workspace. */
export function codeBlocks(file: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; language: string; code: string[] } | undefined;
  for (const [index, text] of linesOf(file).entries()) {
    if (!FENCE.test(text)) {
      open?.code.push(text);
    } else if (open === undefined) {
      open = { line: index + 2, language: text.slice(3).trim(), code: [] };
    } else {
      blocks.push({ file, line: open.line, language: open.language, code: open.code.join('\n') });
      open = undefined;
    }
  }
  return blocks;
}

/**
 * The command lines of a Markdown file that begin with one of these words: those of its indented blocks and of its
 * fenced `sh` blocks, without the comments behind them.
 */
export function commandLines(file: string, programs: readonly string[]): CommandLine[] {
  const found: CommandLine[] = [];
  let fence: string | undefined;
  for (const [index, text] of linesOf(file).entries()) {
    if (FENCE.test(text)) {
      fence = fence === undefined ? text.slice(3).trim() : undefined;
    } else if (fence === 'sh' || (fence === undefined && text.startsWith('    '))) {
      const command = text.replace(/(^|\s)#.*$/, '').trim();
      if (programs.some((program) => command.startsWith(`${program} `))) {
        found.push({ file, line: index + 1, text: command });
      }
    }
  }
  return found;
}

function linesOf(file: string): string[] {
  return readFileSync(join(WORKSPACE, file), 'utf8').split(/\r?\n/);
}
