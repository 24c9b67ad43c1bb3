/** What `show log` can go on with, besides the words of other commands. */
export const CLAUSES = [
  'messages',
  'events',
  'severity',
  'starting',
  'ending',
  'match',
  'format',
  'chronological',
] as const;
