/**
 * Keeps Node 22 from saying, at each start, that its SQLite is experimental: what this program does with it is tested with
 * every version that it supports. All other warnings come through.
 */
export function hideSqliteWarning(): void {
  const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (text.startsWith('SQLite is an experimental feature')) return;
    emit(warning, ...rest);
  }) as typeof process.emitWarning;
}
