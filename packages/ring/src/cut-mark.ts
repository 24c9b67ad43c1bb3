/** Mark behind a text that was cut. */
export const CUT_MARK = '…';
