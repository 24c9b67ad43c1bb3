/*
 * Stands in for advapi32 in tests: exports the functions that write ETW events with their structures and conventions, and
 * writes every call down as a line of JSON, so that a test can compare what came over the native boundary bit by bit.
 *
 * RecOpen(path) starts a file; RecSetResult(function, value) sets what a function answers; RecSetHandle(value) what
 * EventRegister gives out.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#define CALL __stdcall
#else
#define EXPORT __attribute__((visibility("default")))
#define CALL
#endif

typedef struct {
  uint16_t Id;
  uint8_t Version, Channel, Level, Opcode;
  uint16_t Task;
  uint64_t Keyword;
} EVENT_DESCRIPTOR;

typedef struct {
  uint64_t Ptr;
  uint32_t Size;
  uint32_t Reserved;
} EVENT_DATA_DESCRIPTOR;

_Static_assert(sizeof(EVENT_DESCRIPTOR) == 16, "EVENT_DESCRIPTOR");
_Static_assert(sizeof(EVENT_DATA_DESCRIPTOR) == 16, "EVENT_DATA_DESCRIPTOR");
_Static_assert(offsetof(EVENT_DATA_DESCRIPTOR, Size) == 8, "Size");

enum { REGISTER, SET_INFORMATION, PROVIDER_ENABLED, WRITE_TRANSFER, UNREGISTER, FUNCTIONS };

static FILE *out;
static uint32_t results[FUNCTIONS];
static uint64_t nextHandle = 1;

EXPORT int32_t RecOpen(const char *path) {
  if (out != NULL) fclose(out);
  memset(results, 0, sizeof results);
  nextHandle = 1;
  out = fopen(path, "w");
  return out == NULL ? -1 : 0;
}

EXPORT void RecSetResult(uint32_t function, uint32_t result) {
  if (function < FUNCTIONS) results[function] = result;
}

EXPORT void RecSetHandle(uint64_t handle) { nextHandle = handle; }

static void hex(const char *name, const void *bytes, size_t size) {
  if (bytes == NULL && size > 0) {
    fprintf(out, ",\"%s\":null", name);
    return;
  }
  fprintf(out, ",\"%s\":\"", name);
  for (size_t i = 0; i < size; i++) fprintf(out, "%02x", ((const uint8_t *)bytes)[i]);
  fputc('"', out);
}

static uint32_t end(int function) {
  fprintf(out, ",\"returns\":%" PRIu32 "}\n", results[function]);
  fflush(out);
  return results[function];
}

EXPORT uint32_t CALL EventRegister(const void *id, void *callback, void *context, uint64_t *handle) {
  fprintf(out, "{\"fn\":\"EventRegister\",\"callback\":%s,\"context\":%s", callback == NULL ? "false" : "true",
          context == NULL ? "false" : "true");
  hex("providerId", id, 16);
  if (results[REGISTER] == 0) *handle = nextHandle;
  return end(REGISTER);
}

EXPORT uint32_t CALL EventSetInformation(uint64_t handle, uint32_t class, const void *bytes, uint32_t size) {
  fprintf(out, "{\"fn\":\"EventSetInformation\",\"handle\":\"%" PRIu64 "\",\"informationClass\":%" PRIu32, handle, class);
  hex("bytes", bytes, size);
  return end(SET_INFORMATION);
}

EXPORT uint8_t CALL EventProviderEnabled(uint64_t handle, uint8_t level, uint64_t keyword) {
  fprintf(out, "{\"fn\":\"EventProviderEnabled\",\"handle\":\"%" PRIu64 "\",\"level\":%u,\"keyword\":\"%" PRIu64 "\"", handle,
          level, keyword);
  return (uint8_t)end(PROVIDER_ENABLED);
}

EXPORT uint32_t CALL EventWriteTransfer(uint64_t handle, const EVENT_DESCRIPTOR *event, const void *activity,
                                        const void *related, uint32_t count, const EVENT_DATA_DESCRIPTOR *data) {
  fprintf(out, "{\"fn\":\"EventWriteTransfer\",\"handle\":\"%" PRIu64 "\"", handle);
  hex("descriptorBytes", event, sizeof *event);
  hex("activityId", activity, 16);
  hex("relatedActivityId", related, 16);
  fprintf(out, ",\"descriptor\":{\"id\":%u,\"version\":%u,\"channel\":%u,\"level\":%u,\"opcode\":%u,\"task\":%u,\"keyword\":\"%" PRIu64
               "\"},\"dataDescriptors\":[",
          event->Id, event->Version, event->Channel, event->Level, event->Opcode, event->Task, event->Keyword);
  for (uint32_t i = 0; i < count; i++) {
    fprintf(out, "%s{\"type\":%" PRIu32, i == 0 ? "" : ",", data[i].Reserved);
    hex("bytes", (const void *)(uintptr_t)data[i].Ptr, data[i].Size);
    fputc('}', out);
  }
  fputc(']', out);
  return end(WRITE_TRANSFER);
}

EXPORT uint32_t CALL EventUnregister(uint64_t handle) {
  fprintf(out, "{\"fn\":\"EventUnregister\",\"handle\":\"%" PRIu64 "\"", handle);
  return end(UNREGISTER);
}
