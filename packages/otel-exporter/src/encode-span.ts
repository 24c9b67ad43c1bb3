import type { DefinitionBook } from './definition-book.ts';
import type { PayloadEncoder } from './payload-encoder.ts';
import { END_MARK_SIZE, SpanBit } from './payload-layout.ts';
import type { LinkLike, SpanContextLike, SpanLike } from './types.ts';

/**
 * Encodes a span that starts, as `SpanField` lays it out.
 *
 * @param again Whether it has started before, and is stored anew as its start would be overwritten.
 */
export function encodeSpanStart(
  encoder: PayloadEncoder,
  book: DefinitionBook,
  span: SpanLike,
  remoteParent: boolean,
  again: boolean,
): void {
  const context = span.spanContext();
  encodeHead(encoder, book, span, context, remoteParent, again ? SpanBit.STILL_OPEN : 0);
  encoder.text(span.name);
  encoder.text(traceStateOf(context));
  encoder.attributes(span.attributes);
  encodeLinks(encoder, span.links);
}

/** Encodes a span that has ended. */
export function encodeSpanEnd(
  encoder: PayloadEncoder,
  book: DefinitionBook,
  span: SpanLike,
  remoteParent: boolean,
): void {
  const context = span.spanContext();
  encodeHead(encoder, book, span, context, remoteParent, 0);
  encoder.time(span.endTime);
  encoder.u32(span.droppedAttributesCount);
  encoder.u32(span.droppedEventsCount);
  encoder.u32(span.droppedLinksCount);
  encoder.text(span.name);
  encoder.text(traceStateOf(context));
  encoder.text(span.status.message);
  encoder.attributes(span.attributes);
  encodeLinks(encoder, span.links);
  const { events } = span;
  const count = encoder.count(events.length);
  for (let i = 0; i < count; i++) {
    const event = events[i];
    if (event === undefined) continue;
    encoder.time(event.time);
    encoder.u32(event.droppedAttributesCount ?? 0);
    encoder.text(event.name);
    encoder.attributes(event.attributes);
  }
}

/** Encodes that a span has ended whose end is in the ring for errors, where it may be overwritten before its start. */
export function encodeEndMark(encoder: PayloadEncoder, span: SpanLike): void {
  const { traceId, spanId } = span.spanContext();
  encoder.begin();
  encoder.context(traceId, spanId);
  for (let i = 0; i < END_MARK_SIZE; i++) encoder.u8(0);
}

function encodeHead(
  encoder: PayloadEncoder,
  book: DefinitionBook,
  span: SpanLike,
  context: SpanContextLike,
  remoteParent: boolean,
  bits: number,
): void {
  encoder.begin();
  encoder.context(context.traceId, context.spanId);
  encoder.u32(book.resource(span.resource));
  encoder.u32(book.scope(span.instrumentationScope ?? span.instrumentationLibrary));
  encoder.time(span.startTime);
  const parent = span.parentSpanContext;
  encoder.id(parent === undefined ? span.parentSpanId : parent.spanId, 8);
  encoder.u8(span.kind);
  encoder.u8(context.traceFlags);
  encoder.u8(remoteParent || parent?.isRemote === true ? bits | SpanBit.REMOTE_PARENT : bits);
  encoder.u8(span.status.code);
}

function encodeLinks(encoder: PayloadEncoder, links: readonly LinkLike[]): void {
  const count = encoder.count(links.length);
  for (let i = 0; i < count; i++) {
    const link = links[i];
    if (link === undefined) continue;
    encoder.id(link.context.traceId, 16);
    encoder.id(link.context.spanId, 8);
    encoder.u8(link.context.traceFlags);
    encoder.u8(link.context.isRemote === true ? SpanBit.REMOTE_PARENT : 0);
    encoder.u32(link.droppedAttributesCount ?? 0);
    encoder.text(traceStateOf(link.context));
    encoder.attributes(link.attributes);
  }
}

function traceStateOf({ traceState }: SpanContextLike): string {
  return traceState === undefined ? '' : traceState.serialize();
}
