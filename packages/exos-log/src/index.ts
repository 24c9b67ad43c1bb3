export { Severity } from './severity.ts';
