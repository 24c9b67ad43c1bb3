import { InvalidOptionError } from '@tracebuf/ring';

/**
 * Checks that options are an object of known keys: one that is misspelt would do nothing, and nobody would see why.
 *
 * @throws InvalidOptionError
 */
export function checkKnownOptions(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', options, 'give an object or leave it out');
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new InvalidOptionError('options', key, `there is no such option; there are ${known.join(', ')}`);
    }
  }
}
