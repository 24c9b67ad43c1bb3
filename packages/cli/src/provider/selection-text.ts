import { eventLevelText } from '@tracebuf/etw';

const ALL_KEYWORDS = 0xffff_ffff_ffff_ffffn;

/** Levels that are wanted, for people: `all`, `verbose (5)`. */
export function levelText(level: number): string {
  return level === 0 || level === 255 ? 'all' : eventLevelText(level);
}

/** Keywords that are wanted, for people: `all`, `0x21`. */
export function keywordText(keyword: bigint): string {
  return keyword === ALL_KEYWORDS ? 'all' : hex(keyword);
}

/** A mask as `0x…`. */
export function hex(mask: bigint): string {
  return `0x${mask.toString(16)}`;
}

/** Which events are wanted, in a few words. */
export function selectionText(level: number, keyword: bigint): string {
  const parts = [
    ...(levelText(level) === 'all' ? [] : [`up to level ${levelText(level)}`]),
    ...(keywordText(keyword) === 'all' ? [] : [`with keywords ${keywordText(keyword)}`]),
  ];
  return parts.length === 0 ? 'all events' : `events ${parts.join(' ')}`;
}
