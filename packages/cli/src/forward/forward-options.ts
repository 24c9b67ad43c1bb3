import type { OtlpOptions } from '../forward-otlp/otlp-options.ts';

/** Options of `forward`. */
export interface ForwardOptions extends OtlpOptions {
  readonly syslog?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}
