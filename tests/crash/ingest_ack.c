/* Ingests a file of events and says after each batch what is durable, so that a test
   which kills this program knows what has to be there afterwards.

   ingest_ack DB FILE FIRST_LINE BATCH_LINES NOW_MS

   Opens the store, then for each batch of BATCH_LINES lines from the 0-based FIRST_LINE
   on: stores it and writes "LINES RESULT", the number of lines of FILE that are durable
   and the result of the batch as JSON. Then waits for the end of standard input, so that
   who means to kill it is never too late, closes the store and writes "closed". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "footfall/footfall.h"

static int Fail(const char* what, footfall_error* error) {
  fprintf(stderr, "ingest_ack: %s: %s\n", what,
          error ? footfall_error_message(error) : "failed");
  footfall_error_free(error);
  return 1;
}

static char* ReadAll(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  char* data = NULL;
  long length;
  if (!file) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0 &&
      fseek(file, 0, SEEK_SET) == 0 && (data = malloc((size_t)length + 1)) != NULL) {
    *size = fread(data, 1, (size_t)length, file);
    if (*size != (size_t)length) {
      free(data);
      data = NULL;
    }
  }
  fclose(file);
  return data;
}

/* The first byte after `lines` more lines, `end` at most; counts in *passed. */
static const char* SkipLines(const char* at, const char* end, unsigned long lines,
                             unsigned long* passed) {
  for (; lines > 0 && at < end; --lines, ++*passed) {
    const char* newline = memchr(at, '\n', (size_t)(end - at));
    at = newline ? newline + 1 : end;
  }
  return at;
}

int main(int argc, char** argv) {
  footfall_ingest_options options = FOOTFALL_INGEST_OPTIONS_INIT;
  footfall_store* store = NULL;
  footfall_error* error = NULL;
  unsigned long line = 0, batch;
  const char *at, *end;
  char* data;
  size_t size = 0;

  if (argc != 6) {
    fprintf(stderr, "usage: ingest_ack DB FILE FIRST_LINE BATCH_LINES NOW_MS\n");
    return 2;
  }
  data = ReadAll(argv[2], &size);
  if (!data) return Fail("cannot read the file", NULL);
  end = data + size;
  at = SkipLines(data, end, strtoul(argv[3], NULL, 10), &line);
  batch = strtoul(argv[4], NULL, 10);
  options.now_ms = strtoll(argv[5], NULL, 10);

  if (footfall_store_open(argv[1], NULL, &store, &error) != FOOTFALL_OK) {
    return Fail("open", error);
  }
  if (footfall_settings_set(store, "level", "interactions", &error) != FOOTFALL_OK ||
      footfall_settings_set(store, "retention_days", "0", &error) != FOOTFALL_OK) {
    return Fail("settings", error);
  }
  while (at < end) {
    const char* next = SkipLines(at, end, batch, &line);
    footfall_buffer* result = NULL;
    if (footfall_store_ingest(store, at, (size_t)(next - at), &options, &result,
                              &error) != FOOTFALL_OK) {
      return Fail("ingest", error);
    }
    printf("%lu %s\n", line, footfall_buffer_data(result));
    fflush(stdout);
    footfall_buffer_free(result);
    at = next;
  }
  while (getchar() != EOF) {
  }
  if (footfall_store_close(store, &error) != FOOTFALL_OK) return Fail("close", error);
  footfall_store_free(store);
  free(data);
  puts("closed");
  return 0;
}
