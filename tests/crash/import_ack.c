/* Imports a CSV file of attributes, ten thousand rows at a time, and says after each
 * write how many rows are durable: import_ack STORE FILE. */
#include <footfall/footfall.h>
#include <stdio.h>

#define ROWS_A_BATCH 10000

static char chunk[ROWS_A_BATCH * 64];

/* Reads lines into the chunk; answers how many. */
static int read_lines(FILE* file, int lines, size_t* size) {
  int count = 0;
  *size = 0;
  while (count < lines && fgets(chunk + *size, (int)(sizeof chunk - *size), file)) {
    while (chunk[*size] != '\0') ++*size;
    ++count;
  }
  return count;
}

static int fail(const char* what, footfall_error* error) {
  fprintf(stderr, "%s: %s\n", what, footfall_error_message(error));
  footfall_error_free(error);
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  footfall_error* error = NULL;
  footfall_store* store = NULL;
  if (footfall_store_open(argv[1], NULL, &store, &error) != FOOTFALL_OK) {
    return fail("open", error);
  }
  footfall_attributes_import* import = NULL;
  if (footfall_attributes_import_new(store,
                                     "{\"integration\":\"crm\",\"id\":\"id\",\"columns\":"
                                     "[{\"column\":\"round\",\"type\":\"number\"}]}",
                                     0, NULL, &import, &error) != FOOTFALL_OK) {
    return fail("new", error);
  }
  FILE* file = fopen(argv[2], "r");
  if (file == NULL) return 1;
  size_t size = 0;
  long rows = 0;
  int lines = read_lines(file, 1, &size); /* The header. */
  while (lines > 0) {
    if (footfall_attributes_import_write(import, chunk, size, &error) != FOOTFALL_OK) {
      return fail("write", error);
    }
    if (lines == ROWS_A_BATCH) rows += lines;
    printf("%ld\n", rows);
    fflush(stdout);
    lines = read_lines(file, ROWS_A_BATCH, &size);
  }
  fclose(file);
  if (footfall_attributes_import_finish(import, NULL, &error) != FOOTFALL_OK) {
    return fail("finish", error);
  }
  printf("done\n");
  fflush(stdout);
  footfall_attributes_import_free(import);
  footfall_store_free(store);
  return 0;
}
