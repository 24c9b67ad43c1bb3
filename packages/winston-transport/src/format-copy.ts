import { LEVEL, SPLAT } from 'triple-beam';
import type { Info } from './info-line.ts';

/**
 * A copy of an info that a format may change as it likes: other transports are given the original. An error stays one,
 * for `format.errors()`; the arguments are copied too, since `format.splat()` takes some out of their array.
 */
export function formatCopy(info: Info): Info {
  const copy: Record<string | symbol, unknown> =
    info instanceof Error
      ? Object.create(Object.getPrototypeOf(info), Object.getOwnPropertyDescriptors(info))
      : Object.assign({}, info);
  copy[LEVEL] ??= copy.level;
  const splat = info[SPLAT];
  if (Array.isArray(splat)) copy[SPLAT] = [...splat];
  return copy;
}
