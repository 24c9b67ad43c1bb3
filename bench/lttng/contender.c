/*
 * A contender in C: calls an LTTng-UST tracepoint in a loop, as contender-process.ts calls TraceBuffer.log.
 *
 * It speaks the same protocol: "ready" once it is warm, then for each line on standard input one batch, answered with
 * "<operations> <CPU ns>".
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "tracepoint-provider.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t now(clockid_t clock)
{
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void run(const char *message, uint64_t operations)
{
  for (uint64_t i = 0; i < operations; i++)
    lttng_ust_tracepoint(tracebuf_bench, message, message);
}

int main(int argc, char **argv)
{
  if (argc != 4) {
    fprintf(stderr, "usage: %s <message> <warm-up ms> <batch ms>\n", argv[0]);
    return 2;
  }
  const char *message = argv[1];
  const uint64_t warm_up = strtoull(argv[2], NULL, 10) * 1000000u;
  const uint64_t batch = strtoull(argv[3], NULL, 10) * 1000000u;

  /* A tracepoint that no session has enabled costs next to nothing: that would be no comparison. */
  if (!lttng_ust_tracepoint_enabled(tracebuf_bench, message)) {
    fprintf(stderr, "the tracepoint tracebuf_bench:message is not enabled in any LTTng session\n");
    return 1;
  }

  uint64_t operations = 1000;
  const uint64_t start = now(CLOCK_PROCESS_CPUTIME_ID);
  uint64_t before, after;
  do {
    before = now(CLOCK_PROCESS_CPUTIME_ID);
    run(message, operations);
    after = now(CLOCK_PROCESS_CPUTIME_ID);
    operations = operations * batch / (after - before) + 1;
  } while (after - start < warm_up);

  puts("ready");
  fflush(stdout);
  for (int c; (c = getchar()) != EOF;) {
    if (c != '\n')
      continue;
    const uint64_t cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    run(message, operations);
    const uint64_t taken = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("%llu %llu\n", (unsigned long long)operations, (unsigned long long)taken);
    fflush(stdout);
  }
  return 0;
}
