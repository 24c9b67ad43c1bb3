/** Most fields of an event, hidden length and count fields included. */
export const MAX_FIELDS = 128;

/** Most bytes of event metadata. */
export const MAX_METADATA = 32_768;

/** Most bytes of event data. */
export const MAX_DATA = 65_536;

/** Most fields of a struct; its number has seven bits. */
export const MAX_STRUCT_FIELDS = 127;

/** Most elements of an array; their number has 16 bits. */
export const MAX_ELEMENTS = 0xffff;

/** Largest tag of an event or a field: 28 bits. */
export const MAX_TAG = 0x0fff_ffff;

/** Most bytes of provider metadata; its size has 16 bits. */
export const MAX_TRAITS = 0xffff;
