// Saved reports, and what is behind the numbers of a report.
#ifndef FOOTFALL_NODE_DEFINITIONS_H_
#define FOOTFALL_NODE_DEFINITIONS_H_

#include <napi.h>

namespace footfall_node {

// reportFind(store, filter): promise of JSON
Napi::Value ReportFind(const Napi::CallbackInfo& info);
// reportRevision(store, name, revision): promise of JSON
Napi::Value ReportRevision(const Napi::CallbackInfo& info);
// reportRestore(store, name, revision, nowMs)
Napi::Value ReportRestore(const Napi::CallbackInfo& info);
// reportClone(store, name, newName, parameters | null, nowMs): promise of JSON
Napi::Value ReportClone(const Napi::CallbackInfo& info);
// reportSetFavourite(store, name, favourite)
Napi::Value ReportSetFavourite(const Napi::CallbackInfo& info);
// reportDrill(...ReportArguments, request): promise of a result
Napi::Value ReportDrill(const Napi::CallbackInfo& info);
// reportExplainPerson(...ReportArguments, person): promise of JSON
Napi::Value ReportExplainPerson(const Napi::CallbackInfo& info);
// reportProve(...ReportArguments, memoryBytes): promise of JSON
Napi::Value ReportProve(const Napi::CallbackInfo& info);

}  // namespace footfall_node

#endif  // FOOTFALL_NODE_DEFINITIONS_H_
