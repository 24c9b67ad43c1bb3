import type { DecodedField, FieldValue } from './decode-event.ts';
import { InType } from './in-type.ts';
import { OutType } from './out-type.ts';
import type { FieldDeclaration } from './read-metadata.ts';

/**
 * The fields of an event as people and JSON take them: numbers (as text beyond 2^53), hexadecimal ones as `0x…`,
 * booleans, times in ISO 8601, addresses, bytes as hexadecimal text, structs as objects. Where several fields have one name, the
 * later ones are numbered.
 */
export function shownFields(fields: readonly DecodedField[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const { declaration, value } of fields) {
    let { name } = declaration;
    for (let number = 2; Object.hasOwn(shown, name); number++) name = `${declaration.name}_${number}`;
    // Not an assignment: the name may be `__proto__`.
    Object.defineProperty(shown, name, {
      value: shownValue(value, declaration),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return shown;
}

function shownValue(value: FieldValue, declaration: FieldDeclaration): unknown {
  if (Array.isArray(value)) return value.map((element) => shownValue(element as FieldValue, declaration));
  if (typeof value === 'object' && 'fields' in value) return shownFields(value.fields);
  if (typeof value === 'number') return shownNumber(value, declaration);
  if (typeof value === 'bigint') return shownWide(value, declaration);
  if (Buffer.isBuffer(value)) return shownBytes(value, declaration);
  return value;
}

function shownNumber(value: number, { inType, outType }: FieldDeclaration): unknown {
  switch (inType) {
    case InType.BOOL32:
      return value === 0 || value === 1 ? value === 1 : value;
    case InType.FLOAT:
    case InType.DOUBLE:
      // JSON knows no others.
      return Number.isFinite(value) ? value : String(value);
    default:
      break;
  }
  switch (outType) {
    case OutType.STRING:
      return String.fromCharCode(value & 0xffff);
    case OutType.BOOLEAN:
      return value !== 0;
    case OutType.PORT:
      return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
    case OutType.IPV4:
      return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24].join('.');
    case OutType.HEX:
    case OutType.HRESULT:
    case OutType.NTSTATUS:
    case OutType.CODE_POINTER:
      return hex(value >>> 0);
    case OutType.WIN32ERROR:
    case OutType.SIGNED:
    case OutType.UNSIGNED:
      return value;
    default:
      return inType === InType.HEXINT32 ? hex(value) : value;
  }
}

function shownWide(value: bigint, { inType, outType }: FieldDeclaration): unknown {
  if (inType === InType.FILETIME) return filetimeText(value) ?? String(value);
  if (inType === InType.HEXINT64 || outType === OutType.HEX || outType === OutType.CODE_POINTER) {
    return hex(BigInt.asUintN(64, value));
  }
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function shownBytes(value: Buffer, { inType, outType }: FieldDeclaration): unknown {
  if (inType === InType.SYSTEMTIME) return systemtimeText(value);
  if (inType === InType.SID) return sidText(value);
  if (outType === OutType.IPV6 && value.length === 16) return ipv6Text(value);
  return value.toString('hex');
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** 1601-01-01, in milliseconds since 1970, and ticks of a FILETIME in a millisecond. */
const FILETIME_EPOCH = -11_644_473_600_000n;
const TICKS = 10_000n;

/** A FILETIME with its seven digits behind the second. */
function filetimeText(value: bigint): string | undefined {
  const milliseconds = value / TICKS - (value % TICKS < 0n ? 1n : 0n);
  const date = new Date(Number(milliseconds + FILETIME_EPOCH));
  if (Number.isNaN(date.getTime())) return undefined;
  const ticks = String(value - milliseconds * TICKS).padStart(4, '0');
  return date.toISOString().replace('Z', `${ticks}Z`);
}

function systemtimeText(value: Buffer): string {
  const [year = 0, month = 0, , day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = Array.from(
    { length: 8 },
    (_, index) => value.readUInt16LE(index * 2),
  );
  const digits = (number: number, count: number): string => String(number).padStart(count, '0');
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  return `${date}T${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}.${digits(millisecond, 3)}`;
}

function sidText(value: Buffer): string {
  let text = `S-${value[0]}-${value.readUIntBE(2, 6)}`;
  for (let at = 8; at + 4 <= value.length; at += 4) text += `-${value.readUInt32LE(at)}`;
  return text;
}

/** As RFC 5952 has it: the longest run of zeros is left out. */
function ipv6Text(value: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => value.readUInt16BE(index * 2).toString(16));
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
