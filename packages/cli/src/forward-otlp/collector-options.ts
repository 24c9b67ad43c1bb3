import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { UsageError } from '../errors.ts';
import type { CollectorOptions } from './collector.ts';
import { headerValue, type OtlpOptions } from './otlp-options.ts';

const DEFAULT_TIMEOUT = 10_000;

/**
 * How to reach the collector. Headers come from `OTEL_EXPORTER_OTLP_HEADERS` as well, where no command line shows them.
 *
 * @throws UsageError for a file that can't be read or used: no try again would mend that.
 */
export function collectorOptions(options: OtlpOptions, env: NodeJS.ProcessEnv): CollectorOptions {
  const { header = [], gzip = false, timeout = DEFAULT_TIMEOUT, ca, cert, key } = options;
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('A certificate of ours goes with its key; give both "--cert" and "--key"');
  return {
    headers: { ...headersOf(env.OTEL_EXPORTER_OTLP_HEADERS), ...Object.fromEntries(header) },
    timeout,
    gzip,
    tls: {
      // TLS would take no notice of certificates to trust that are none.
      ...(ca === undefined ? {} : { ca: fileOf('--ca', ca, (pem) => new X509Certificate(pem)) }),
      ...(cert === undefined
        ? {}
        : { cert: fileOf('--cert', cert, (pem) => createSecureContext({ cert: pem })) }),
      ...(key === undefined ? {} : { key: fileOf('--key', key, (pem) => createSecureContext({ key: pem })) }),
    },
  };
}

/** `name=value` pairs with commas between them, encoded as in URLs. */
function headersOf(text: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text?.split(',') ?? []) {
    if (pair.trim() === '') continue;
    const [[name, value] = ['', '']] = headerValue(pair);
    headers[name] = decoded(value);
  }
  return headers;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param use Throws where the file is not what it should be. */
function fileOf(option: string, path: string, use: (pem: Buffer) => unknown): Buffer {
  let fault = 'read';
  try {
    const pem = readFileSync(path);
    fault = 'used';
    use(pem);
    return pem;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `The file ${JSON.stringify(path)} of ${option} can't be ${fault}: ${reason}; give one in PEM`,
    );
  }
}
