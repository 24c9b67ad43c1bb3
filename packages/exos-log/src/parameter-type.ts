/**
 * What a parameter is, so that filters can match it by type: the types of EXOS. The value type is what a call of the
 * condition accepts for it.
 */
export interface ParameterTypes {
  'address-family': 'ipv4-multicast' | 'ipv4-unicast' | 'ipv6-multicast' | 'ipv6-unicast';
  'bgp-neighbor': string;
  'bgp-routerid': string;
  eaps: string;
  esrp: string;
  /** An IPv4 or IPv6 address. */
  ipaddress: string;
  'L4-port': number | string;
  'mac-address': string;
  netmask: string;
  number: number | bigint;
  /** Name or number of a port, such as `9` or `1:5`. */
  port: number | string;
  process: string;
  slot: number | string;
  /** Any value, rendered as text. The type of a parameter that declares none. */
  string: unknown;
  /** Name of a VLAN. */
  vlan: string;
  'vlan-tag': number | string;
}

/** Type of a parameter; see {@link ParameterTypes}. */
export type ParameterType = keyof ParameterTypes;

/** Which end of something a parameter speaks of. */
export type ParameterRole = 'source' | 'destination' | 'ingress' | 'egress';

/** What is known about a parameter type. */
export interface ParameterTypeInfo {
  readonly type: ParameterType;
  /** As a filter command spells it, in one or two words: `ipaddress`, `vlan tag`. */
  readonly words: string;
  /** As filter listings show it: `IP`, `L4`, `VID`. */
  readonly code: string;
  /** Roles that a parameter of this type may have. */
  readonly roles: readonly ParameterRole[];
  /** The one spelling of a value that equal values share; `undefined` where the text is no value of the type. */
  readonly normalize: (text: string) => string | undefined;
}

const ENDS = ['source', 'destination'] as const;
const WAYS = ['ingress', 'egress'] as const;
const ADDRESS_FAMILIES = ['ipv4-multicast', 'ipv4-unicast', 'ipv6-multicast', 'ipv6-unicast'];

const asIs = (text: string): string => text;

/** The parameter types, in the order of their names. */
export const PARAMETER_TYPES: Readonly<Record<ParameterType, ParameterTypeInfo>> = {
  'address-family': entry('address-family', 'address-family', 'AF', [], normalizeFamily),
  'bgp-neighbor': entry('bgp-neighbor', 'bgp-neighbor', 'Nbr', [], normalizeAddress),
  'bgp-routerid': entry('bgp-routerid', 'bgp-routerid', 'Rtr', [], normalizeAddress),
  eaps: entry('eaps', 'eaps', 'EAPS', [], asIs),
  esrp: entry('esrp', 'esrp', 'ESRP', [], asIs),
  ipaddress: entry('ipaddress', 'ipaddress', 'IP', ENDS, normalizeAddress),
  'L4-port': entry('L4-port', 'L4-port', 'L4', ENDS, (text) => normalizeWhole(text, 65535)),
  'mac-address': entry('mac-address', 'mac-address', 'MAC', ENDS, normalizeMac),
  netmask: entry('netmask', 'netmask', 'Mask', [], normalizeAddress),
  number: entry('number', 'number', 'Num', [], normalizeNumber),
  port: entry('port', 'port', 'Port', WAYS, asIs),
  process: entry('process', 'process', 'Proc', [], asIs),
  slot: entry('slot', 'slot', 'Slot', WAYS, asIs),
  string: entry('string', 'string', 'Str', [], asIs),
  vlan: entry('vlan', 'vlan', 'VLAN', [], asIs),
  'vlan-tag': entry('vlan-tag', 'vlan tag', 'VID', [], (text) => normalizeWhole(text, 4095)),
};

function entry(
  type: ParameterType,
  words: string,
  code: string,
  roles: readonly ParameterRole[],
  normalize: (text: string) => string | undefined,
): ParameterTypeInfo {
  return { type, words, code, roles, normalize };
}

/** Whether a value names a parameter type. */
export function isParameterType(value: unknown): value is ParameterType {
  return typeof value === 'string' && Object.hasOwn(PARAMETER_TYPES, value);
}

function normalizeFamily(text: string): string | undefined {
  const family = text.trim().toLowerCase();
  return ADDRESS_FAMILIES.includes(family) ? family : undefined;
}

/** IPv6 has many spellings of one address: the operating system's own is the one compared. */
function normalizeAddress(text: string): string | undefined {
  const address = text.trim();
  try {
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    // Loaded on first use: readers that only show incidents never pay for it.
    const { SocketAddress } = process.getBuiltinModule('node:net');
    return new SocketAddress({ address, family }).address;
  } catch {
    return undefined;
  }
}

function normalizeMac(text: string): string | undefined {
  const digits = text.trim().replaceAll(/[:.-]/g, '').toLowerCase();
  return /^[0-9a-f]{12}$/.test(digits) ? digits : undefined;
}

function normalizeWhole(text: string, maximum: number): string | undefined {
  const digits = text.trim();
  if (!/^\d{1,10}$/.test(digits)) return undefined;
  const value = Number(digits);
  return value <= maximum ? String(value) : undefined;
}

/** Whole numbers are compared to the last digit, others as JavaScript compares them. */
function normalizeNumber(text: string): string | undefined {
  const number = text.trim();
  if (/^[+-]?\d{1,100}$/.test(number)) return String(BigInt(number.replace(/^\+/, '')));
  const value = Number(number);
  return number === '' || Number.isNaN(value) ? undefined : String(value);
}
