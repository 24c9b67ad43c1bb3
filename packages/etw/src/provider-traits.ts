import { EtwError } from './errors.ts';
import { GUID_SIZE } from './guid.ts';
import { MAX_TRAITS } from './limits.ts';

/** Type of the trait that names a provider's group. */
const TRAIT_GROUP = 1;
/** Size and type in front of a trait. */
const TRAIT_HEADER = 3;
const SIZE_FIELD = 2;

/**
 * Provider metadata, "traits": what tells a decoder the provider's name, with every event.
 *
 * ```
 * 0   u16  size of all of this
 * 2   name in UTF-8, then a zero byte
 *     where there is a group:  u16 19 | u8 1 | 16 bytes of its GUID
 * ```
 *
 * @param name UTF-8.
 * @param group 16 bytes in memory order.
 * @throws EtwError `empty_name`, `name_has_nul`, `provider_name_too_long`
 */
export function providerTraits(name: Buffer, group: Buffer | undefined): Buffer {
  if (name.length === 0) throw new EtwError('empty_name', 'The provider has no name; give one.');
  if (name.includes(0)) {
    throw new EtwError(
      'name_has_nul',
      `The provider name ${JSON.stringify(name.toString('utf8', 0, 60))} has a NUL character; leave it out.`,
    );
  }
  const trait = group === undefined ? 0 : TRAIT_HEADER + GUID_SIZE;
  const size = SIZE_FIELD + name.length + 1 + trait;
  if (size > MAX_TRAITS) {
    throw new EtwError(
      'provider_name_too_long',
      `The provider name takes ${name.length} bytes, and ${MAX_TRAITS - size + name.length} is the most; choose a shorter one.`,
    );
  }
  const traits = Buffer.alloc(size);
  traits.writeUInt16LE(size, 0);
  name.copy(traits, SIZE_FIELD);
  if (group !== undefined) {
    const at = size - trait;
    traits.writeUInt16LE(trait, at);
    traits[at + 2] = TRAIT_GROUP;
    group.copy(traits, at + TRAIT_HEADER);
  }
  return traits;
}
