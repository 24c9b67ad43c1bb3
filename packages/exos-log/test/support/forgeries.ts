/** Texts that would be more than text where a target did not see to it. */
export const FORGERIES: readonly string[] = [
  'x\n<0>1 2026-01-01T00:00:00Z host forged - - - a line of its own',
  'x\r\n05/29/2003 12:15:25.00 <Crit:Forged> a line of its own',
  '\u001b[2J\u001b]0;title\u0007 cleared',
  '\u202eevil\u202c \u2066isolated\u2069',
  'nothing\0after',
  '\u2028line\u2029paragraph\u0085next',
  '"]  [forged@1 a="b"] \\',
  '\u009b31m c1 \u007f',
];

/** What no target may show as it is. */
export const HARMFUL: RegExp = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
