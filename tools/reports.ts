import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './workspace.ts';

/** The parts of vitest's JSON report that are summed. */
export interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      /** Of a test that passed: what its first try failed with. */
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** What all reports say together. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failedNames: readonly string[];
  readonly skippedNames: readonly string[];
  /** Tests that passed only when they were tried again, with what failed before. */
  readonly retriedNames: readonly string[];
}

/** The reports in one folder; none when its run wrote none. */
export function readReports(folder: string): Report[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Report);
}

/** Adds up reports. A file that failed without a failed test (it did not load) counts as one failure. */
export function summarize(reports: readonly Report[]): Summary {
  const failedNames: string[] = [];
  const skippedNames: string[] = [];
  const retriedNames: string[] = [];
  let passed = 0;
  for (const report of reports) {
    const before = failedNames.length;
    for (const file of report.testResults) {
      const path = relative(ROOT, file.name);
      const failedInFile = failedNames.length;
      for (const { fullName, status, failureMessages } of file.assertionResults) {
        const [reason] = failureMessages;
        if (status === 'passed') {
          passed += 1;
          if (reason !== undefined) retriedNames.push(`${path} > ${fullName}: ${reason.split('\n', 1)[0]}`);
        } else (status === 'failed' ? failedNames : skippedNames).push(`${path} > ${fullName}`);
      }
      if (file.status === 'failed' && failedNames.length === failedInFile) failedNames.push(path);
    }
    // An error outside any test, such as a rejection nobody handled.
    if (!report.success && failedNames.length === before) failedNames.push('an error outside of the tests');
  }
  return {
    passed,
    failed: failedNames.length,
    skipped: skippedNames.length,
    failedNames,
    skippedNames,
    retriedNames,
  };
}
