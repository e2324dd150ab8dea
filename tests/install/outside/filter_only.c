#include <footfall/capture.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  const char* event =
      "{\"time\":1763712000000,\"person\":\"ana@example.com\",\"type\":\"click\"}\n";
  footfall_filter* filter = NULL;
  footfall_buffer* out = NULL;
  int failed = footfall_filter_new(NULL, NULL, &filter, NULL) != FOOTFALL_OK ||
               footfall_filter_write(filter, event, strlen(event), &out, NULL) !=
                   FOOTFALL_OK;
  if (!failed) fwrite(footfall_buffer_data(out), 1, footfall_buffer_size(out), stdout);
  footfall_buffer_free(out);
  footfall_filter_free(filter);
  return failed;
}
