// What calls about a report take.
#ifndef FOOTFALL_NODE_REPORT_ARGUMENTS_H_
#define FOOTFALL_NODE_REPORT_ARGUMENTS_H_

#include <napi.h>

#include <memory>
#include <optional>
#include <string>

#include "call.h"

namespace footfall_node {

// What running and explaining take: store, name | null, definition bytes | null, from,
// to, timezone, parameters, nowMs, cancel, threads, segment | null, rule | null,
// compare.
struct ReportArguments {
  explicit ReportArguments(const Napi::CallbackInfo& info)
      : store(Unwrap<footfall_store>(info[0])),
        name(OptionalString(info[1])),
        from(OptionalString(info[3])),
        to(OptionalString(info[4])),
        timezone(OptionalString(info[5])),
        parameters(OptionalString(info[6])),
        segment(OptionalString(info[10])),
        where(OptionalString(info[11])),
        compare(info[12].ToBoolean().Value()),
        now_ms(info[7].As<Napi::Number>().Int64Value()),
        cancel(Unwrap<footfall_cancel>(info[8])),
        threads(info[9].As<Napi::Number>().Uint32Value()) {
    if (!name) definition.emplace(info[2]);
  }

  footfall_report_options Options() const {
    footfall_report_options options = FOOTFALL_REPORT_OPTIONS_INIT;
    options.from = CString(from);
    options.to = CString(to);
    options.timezone = CString(timezone);
    options.parameters_json = CString(parameters);
    options.now_ms = now_ms;
    options.cancel = cancel.get();
    options.threads = threads;
    options.segment = CString(segment);
    options.where_json = CString(where);
    options.compare = compare ? 1 : 0;
    return options;
  }

  // The name, or the text of the definition.
  std::string Report() const {
    return name ? *name : std::string(definition->data, definition->size);
  }

  std::shared_ptr<footfall_store> store;
  std::optional<std::string> name, from, to, timezone, parameters, segment, where;
  bool compare;
  std::optional<Bytes> definition;
  int64_t now_ms;
  std::shared_ptr<footfall_cancel> cancel;
  uint32_t threads;
};

}  // namespace footfall_node

#endif  // FOOTFALL_NODE_REPORT_ARGUMENTS_H_
