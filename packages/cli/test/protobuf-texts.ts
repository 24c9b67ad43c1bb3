/**
 * All texts in a message of protobuf, however deep: what is length-delimited and printable is taken for a text, and read as a
 * message as well. Enough to see whether something has arrived; what belongs where, the tests with JSON tell.
 */
export function protobufTexts(bytes: Buffer, depth = 0): string[] {
  const texts: string[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('cut short');
  };
  while (at < bytes.length) {
    const wire = varint() & 7;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      const inner = bytes.subarray(at, at + length);
      if (inner.length < length) throw new RangeError('cut short');
      at += length;
      if (/^[\x20-\x7e]+$/.test(inner.toString('latin1'))) texts.push(inner.toString('latin1'));
      try {
        if (depth < 12) texts.push(...protobufTexts(inner, depth + 1));
      } catch {
        // A text that is no message.
      }
    } else throw new RangeError(`wire type ${wire}`);
  }
  return texts;
}
