/** The message that the comparisons log: 92 ASCII characters, as long as a line of a log often is. */
export const MESSAGE =
  'GET /orders/48213 answered 200 in 12 ms, 1532 bytes sent, 3 queries, cache missed, client ok';
