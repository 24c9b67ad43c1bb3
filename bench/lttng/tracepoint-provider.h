/* The tracepoint that the benchmark calls: one string, as TraceBuffer.log stores one string. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER tracebuf_bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "./tracepoint-provider.h"

#if !defined(TRACEBUF_BENCH_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TRACEBUF_BENCH_PROVIDER_H

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT(
  tracebuf_bench,
  message,
  LTTNG_UST_TP_ARGS(const char *, text),
  LTTNG_UST_TP_FIELDS(lttng_ust_field_string(text, text))
)

#endif

#include <lttng/tracepoint-event.h>
