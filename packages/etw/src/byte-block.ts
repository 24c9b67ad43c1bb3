/** Bytes that grow by doubling and are used again: once warm, nothing is allocated. */
export class ByteBlock {
  bytes: Buffer;
  view: DataView;
  /** The same bytes, four at a time. */
  words: Int32Array;
  /** Bytes in use. */
  size = 0;

  /** @param capacity Bytes to start with. */
  constructor(capacity: number) {
    this.bytes = Buffer.alloc(capacity);
    this.view = viewOf(this.bytes);
    this.words = wordsOf(this.bytes);
  }

  /** Makes sure that so many bytes can be written behind those in use. */
  ensure(count: number): void {
    const wanted = this.size + count;
    if (wanted <= this.bytes.length) return;
    let capacity = this.bytes.length * 2;
    while (capacity < wanted) capacity *= 2;
    const grown = Buffer.alloc(capacity);
    this.bytes.copy(grown, 0, 0, this.size);
    this.bytes = grown;
    this.view = viewOf(grown);
    this.words = wordsOf(grown);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `Buffer.alloc` gives memory of its own, which starts at a word. */
function wordsOf(bytes: Buffer): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
}
