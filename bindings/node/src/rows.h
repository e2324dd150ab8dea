#ifndef FOOTFALL_BINDINGS_NODE_ROWS_H_
#define FOOTFALL_BINDINGS_NODE_ROWS_H_

#include <napi.h>

namespace footfall_node {

// resultRows(result): a promise of the rows as an array of objects. Reads the Arrow
// stream on the pool and makes the objects on the thread of JavaScript: strings, numbers
// (BigInt for integers a number cannot hold), booleans, Date for a timestamp,
// "YYYY-MM-DD" for a date, null for a missing value.
Napi::Value ResultRows(const Napi::CallbackInfo& info);

// resultColumns(result): the columns as an array of {name, type}.
Napi::Value ResultColumns(const Napi::CallbackInfo& info);

}  // namespace footfall_node

#endif  // FOOTFALL_BINDINGS_NODE_ROWS_H_
