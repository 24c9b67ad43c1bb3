/** Bytes that grow by doubling and are used again: once warm, nothing is allocated. */
export class ByteBlock {
  bytes: Buffer;
  view: DataView;
  /** Bytes in use. */
  size = 0;

  /** @param capacity Bytes to start with. */
  constructor(capacity: number) {
    this.bytes = Buffer.alloc(capacity);
    this.view = viewOf(this.bytes);
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
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
