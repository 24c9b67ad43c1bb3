/** What the comparisons of loggers log beside a message: fields of a request, as services do. */
export const REQUEST = {
  requestId: 'b6a1e0c2-7f43',
  method: 'GET',
  url: '/orders/48213?expand=lines',
  status: 200,
  milliseconds: 12.5,
} as const;
