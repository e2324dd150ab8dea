// What the filter remembers over the streams of one host. See filter.h.
#ifndef FOOTFALL_CAPTURE_CAPTURE_MEMORY_H_
#define FOOTFALL_CAPTURE_CAPTURE_MEMORY_H_

#include "capture/field_memory.h"
#include "capture/secret_memory.h"
#include "capture/session_runs.h"

namespace footfall::capture {

// Each part is thread-safe by itself.
class CaptureMemory {
 public:
  FieldMemory fields;    // Fields that were ever sensitive.
  FieldLinks links;      // The ids and names of fields that have both.
  SecretMemory secrets;  // What was typed into them.
  RunMemory runs;        // Fields that were being typed into when their stream ended.
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CAPTURE_MEMORY_H_
