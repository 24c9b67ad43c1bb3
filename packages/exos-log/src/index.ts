export { ExosLogger } from './exos-logger.ts';
export { Severity } from './severity.ts';
