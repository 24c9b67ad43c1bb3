import { StringDecoder } from 'node:string_decoder';

/** One line of a text. */
export interface NumberedLine {
  /** From 1. */
  readonly number: number;
  /** Without its newline; `undefined` where it is too long to be read. */
  readonly text: string | undefined;
}

/**
 * Splits what is read into lines, in memory for one of them.
 *
 * @param longest Characters of a line; of longer ones only that they are there is told.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<NumberedLine, void> {
  const decoder = new StringDecoder('utf8');
  let number = 1;
  let pieces: string[] = [];
  let length = 0;
  const take = (piece: string): void => {
    length += piece.length;
    if (length <= longest) pieces.push(piece);
    else pieces = [];
  };
  const line = (): NumberedLine => {
    const text = length > longest ? undefined : pieces.join('');
    pieces = [];
    length = 0;
    return { number: number++, text };
  };
  for await (const chunk of chunks) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      take(text.slice(start, end));
      start = end + 1;
      yield line();
    }
    take(text.slice(start));
  }
  take(decoder.end());
  if (length > 0) yield line();
}
