import { isUtf8 } from 'node:buffer';
import { EtwError } from './errors.ts';

/** A name as the UTF-8 that goes on the wire; lone surrogates become U+FFFD. Bytes are taken as they are. */
export function nameBytes(name: string | Uint8Array): Buffer {
  if (typeof name === 'string') return Buffer.from(name, 'utf8');
  if (name instanceof Uint8Array) return Buffer.from(name);
  throw new EtwError('bad_type', `A name is no text but of type ${typeof name}; give a string.`);
}

/**
 * A name as text.
 *
 * @throws EtwError `encoding` where it is given as bytes that are no UTF-8.
 */
export function nameText(name: string | Uint8Array): string {
  if (typeof name === 'string') return name.toWellFormed();
  const bytes = nameBytes(name);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new EtwError(
    'encoding',
    `The name with the bytes ${JSON.stringify(bytes.toString('hex', 0, 32))} is no UTF-8; give it as a string.`,
  );
}
