import { styleText } from 'node:util';
import { visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { checkDirectory } from './check-directory.ts';
import { checkMapping } from './check-mapping.ts';
import { checkPlatform } from './check-platform.ts';
import type { Finding, Verdict } from './finding.ts';

/** Options of `doctor`. */
interface DoctorOptions {
  readonly json?: boolean;
}

const STYLES = { ok: 'green', note: 'dim', warn: 'yellow', fail: 'red' } as const;

/** `doctor`: looks at the machine. */
export const doctor: Run<DoctorOptions> = ({ options, out }) =>
  interruptible(async () => {
    const found = [...checkPlatform(), ...checkDirectory(), ...(await checkMapping())];
    const width = Math.max(...found.map(({ name }) => name.length));
    const show =
      options.json === true ? jsonLine : (one: Finding): string => `${lineOf(one, width, out.color)}\n`;
    await out.write(found.map(show).join(''));
    return found.some(({ verdict }) => verdict === 'fail') ? ExitCode.FAILED : ExitCode.DONE;
  });

function lineOf({ name, verdict, detail }: Finding, width: number, color: boolean): string {
  return `${mark(verdict, color)}  ${name.padEnd(width)}  ${visibleText(detail)}`;
}

function mark(verdict: Verdict, color: boolean): string {
  const text = verdict.padEnd(4);
  return color ? styleText(STYLES[verdict], text, { validateStream: false }) : text;
}
