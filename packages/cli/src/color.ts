/** What tells whether a stream shows colours. */
interface Colorable {
  readonly isTTY?: boolean;
}

/**
 * Whether to colour what goes to a stream: only on a terminal, unless `FORCE_COLOR` or `NO_COLOR` says otherwise.
 * The first wins where both are set, as in Node itself.
 */
export function wantsColor(stream: Colorable, env: Readonly<NodeJS.ProcessEnv> = process.env): boolean {
  const force = env.FORCE_COLOR;
  if (force !== undefined) return ['', '1', '2', '3', 'true'].includes(force);
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return stream.isTTY === true && env.TERM !== 'dumb';
}
