import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { TracebufError } from '@tracebuf/ring';
import { retryAfterOf } from './retry-delay.ts';

/** What became of a request. */
export type Answer =
  /** It was taken; the body may say that a part was not. */
  | { readonly outcome: 'taken'; readonly body: Buffer }
  /** It never will be. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** It may be in smaller parts. */
  | { readonly outcome: 'too large'; readonly reason: string }
  /** It may be later. `inDoubt`: it may have arrived all the same. */
  | {
      readonly outcome: 'unavailable';
      readonly reason: string;
      readonly retryAfter?: number;
      readonly inDoubt: boolean;
    };

/** Something answered that does not speak OTLP, such as the login page of a proxy: what was sent has not been taken. */
class NoOtlpAnswerError extends TracebufError {
  static {
    NoOtlpAnswerError.prototype.name = 'NoOtlpAnswerError';
  }

  /**
   * @param status Of the answer.
   * @param contentType Of the answer; empty where it has none.
   * @param body As far as it was read.
   */
  constructor(status: number, contentType: string, body: Buffer) {
    const begin = body.subarray(0, MAX_SHOWN).toString('latin1');
    super(
      'ERR_TRACEBUF_NO_OTLP_ANSWER',
      `HTTP ${status} of content type ${JSON.stringify(contentType.slice(0, MAX_SHOWN))} is no answer of OTLP, it begins with ${JSON.stringify(begin)}; give the URL of a collector`,
    );
  }
}

const MAX_ANSWER = 1024 * 1024;
const MAX_REASON = 200;
const MAX_SHOWN = 60;
const PAYLOAD_TOO_LARGE = 413;

/** Statuses with which OTLP asks to try again. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Statuses that come from how the forwarder or the collector is set up: once that is put right, nothing need be lost. */
const SET_UP: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 415]);

/**
 * Reads what a collector answers.
 *
 * @param contentType That of the request; OTLP answers in the same.
 * @throws Error where the connection ends before the answer does.
 */
export async function readAnswer(response: IncomingMessage, contentType: string): Promise<Answer> {
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    // What follows is of no use, but has to be read for the connection to be used again; so it is not.
    if (length > MAX_ANSWER) break;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const retryAfter = retryAfterOf(response.headers['retry-after'], Date.now());
  const unavailable = (reason: string): Answer => ({
    outcome: 'unavailable',
    reason,
    inDoubt: false,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
  if (status >= 200 && status < 300) {
    if (speaksOtlp(response, body, contentType)) return { outcome: 'taken', body };
    return unavailable(new NoOtlpAnswerError(status, response.headers['content-type'] ?? '', body).message);
  }
  const reason = `HTTP ${status}${textOf(response, body)}`;
  if (status === PAYLOAD_TOO_LARGE) return { outcome: 'too large', reason };
  if (RETRYABLE.has(status) || SET_UP.has(status) || status < 400) return unavailable(reason);
  return { outcome: 'refused', reason };
}

/** Whether an answer is one of OTLP: an empty body says that all was taken, in any encoding. */
function speaksOtlp({ headers }: IncomingMessage, body: Buffer, contentType: string): boolean {
  if (body.length === 0) return true;
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== contentType) return false;
  return type !== 'application/json' || isJsonObject(body);
}

function isJsonObject(body: Buffer): boolean {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

/** What the collector says, where it is text: protobuf is not for people. */
function textOf({ headers }: IncomingMessage, body: Buffer): string {
  const isText = /^(?:text\/|application\/json)/.test(headers['content-type'] ?? '');
  const text = isText ? body.toString('utf8').trim() : '';
  return text === '' ? '' : `: ${text.slice(0, MAX_REASON)}`;
}
