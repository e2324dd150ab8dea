// People: lists, exports and imported attributes.
#ifndef FOOTFALL_BINDINGS_NODE_PEOPLE_H_
#define FOOTFALL_BINDINGS_NODE_PEOPLE_H_

#include <napi.h>

namespace footfall_node {

// personList(store, options, nowMs, cancel | null): promise of a result
Napi::Value PersonList(const Napi::CallbackInfo& info);
// personExport(store, id, nowMs, cancel | null): promise of JSON
Napi::Value PersonExport(const Napi::CallbackInfo& info);
// attributesImportNew(store, options, nowMs, cancel | null): promise of an import
Napi::Value AttributesImportNew(const Napi::CallbackInfo& info);
// attributesImportWrite(import, bytes)
Napi::Value AttributesImportWrite(const Napi::CallbackInfo& info);
// attributesImportFinish(import): promise of JSON
Napi::Value AttributesImportFinish(const Napi::CallbackInfo& info);

}  // namespace footfall_node

#endif  // FOOTFALL_BINDINGS_NODE_PEOPLE_H_
