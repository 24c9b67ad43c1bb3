/** Where `record` stores, and what commands read that are told of no other source. */
export const DEFAULT_DATABASE = 'traces.sqlite';
