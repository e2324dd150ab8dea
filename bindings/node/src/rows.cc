#include "rows.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "call.h"

namespace footfall_node {
namespace {

// All of a result's Arrow stream, released with this object.
struct Table {
  ArrowSchema schema{};
  std::vector<ArrowArray> batches;

  Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  ~Table() {
    for (ArrowArray& batch : batches) batch.release(&batch);
    if (schema.release != nullptr) schema.release(&schema);
  }

  footfall_status Read(const footfall_result* result, bool with_batches,
                       footfall_error** error) {
    ArrowArrayStream stream{};
    const footfall_status status = Lib().footfall_result_stream(result, &stream, error);
    if (status != FOOTFALL_OK) return status;
    bool ok = stream.get_schema(&stream, &schema) == 0;
    while (ok && with_batches) {
      ArrowArray batch{};
      ok = stream.get_next(&stream, &batch) == 0;
      if (!ok || batch.release == nullptr) break;
      batches.push_back(batch);
    }
    stream.release(&stream);
    return ok ? FOOTFALL_OK : FOOTFALL_INTERNAL;
  }
};

bool IsSet(const ArrowArray& column, int64_t index) {
  const auto* valid = static_cast<const uint8_t*>(column.buffers[0]);
  return valid == nullptr || (valid[index / 8] >> (index % 8) & 1) != 0;
}

template <typename T>
T At(const ArrowArray& column, int64_t index) {
  return static_cast<const T*>(column.buffers[1])[index];
}

Napi::Value Integer(Napi::Env env, int64_t value) {
  constexpr int64_t kSafe = (int64_t{1} << 53) - 1;
  if (value >= -kSafe && value <= kSafe) {
    return Napi::Number::New(env, static_cast<double>(value));
  }
  return Napi::BigInt::New(env, value);
}

Napi::Value Day(Napi::Env env, int32_t days) {
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days}}};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return Napi::String::New(env, text);
}

// The type's name in the result formats; NULL for one that results do not have.
const char* TypeName(std::string_view format) {
  if (format == "u") return "string";
  if (format == "l") return "int64";
  if (format == "g") return "double";
  if (format == "b") return "bool";
  if (format == "tdD") return "date";
  if (format.substr(0, 4) == "tsm:") return "timestamp";
  return nullptr;
}

Napi::Value Cell(Napi::Env env, const char* format, const ArrowArray& column,
                 int64_t row) {
  const int64_t index = row + column.offset;
  if (!IsSet(column, index)) return env.Null();
  switch (format[0]) {
    case 'u': {
      const auto* offsets = static_cast<const int32_t*>(column.buffers[1]);
      return Napi::String::New(
          env, static_cast<const char*>(column.buffers[2]) + offsets[index],
          offsets[index + 1] - offsets[index]);
    }
    case 'l':
      return Integer(env, At<int64_t>(column, index));
    case 'g':
      return Napi::Number::New(env, At<double>(column, index));
    case 'b':
      return Napi::Boolean::New(env,
                                (At<uint8_t>(column, index / 8) >> (index % 8) & 1) != 0);
    default:
      break;
  }
  if (format[1] == 'd') return Day(env, At<int32_t>(column, index));
  return Napi::Date::New(env, static_cast<double>(At<int64_t>(column, index)));
}

Napi::Value Columns(Napi::Env env, const Table& table) {
  Napi::Array columns = Napi::Array::New(env, table.schema.n_children);
  for (int64_t i = 0; i < table.schema.n_children; ++i) {
    const ArrowSchema& field = *table.schema.children[i];
    const char* type = TypeName(field.format);
    if (type == nullptr) {
      throw Napi::Error::New(env, std::string("unknown column type ") + field.format);
    }
    Napi::Object column = Napi::Object::New(env);
    column.Set("name", field.name);
    column.Set("type", type);
    columns.Set(static_cast<uint32_t>(i), column);
  }
  return columns;
}

Napi::Value Rows(Napi::Env env, const Table& table) {
  Columns(env, table);  // Refuses types that Cell does not know.
  const int64_t width = table.schema.n_children;
  std::vector<Napi::String> names;
  for (int64_t i = 0; i < width; ++i) {
    names.push_back(Napi::String::New(env, table.schema.children[i]->name));
  }
  Napi::Array rows = Napi::Array::New(env);
  uint32_t count = 0;
  for (const ArrowArray& batch : table.batches) {
    for (int64_t row = 0; row < batch.length; ++row) {
      const Napi::HandleScope scope(env);
      Napi::Object object = Napi::Object::New(env);
      for (int64_t i = 0; i < width; ++i) {
        object.Set(names[i], Cell(env, table.schema.children[i]->format,
                                  *batch.children[i], row + batch.offset));
      }
      rows.Set(count++, object);
    }
  }
  return rows;
}

}  // namespace

Napi::Value ResultRows(const Napi::CallbackInfo& info) {
  auto result = Unwrap<footfall_result>(info[0]);
  auto table = std::make_shared<Table>();
  return Call::Start(
      info.Env(),
      [=](footfall_error** error) { return table->Read(result.get(), true, error); },
      [=](Napi::Env env) { return Rows(env, *table); });
}

Napi::Value ResultColumns(const Napi::CallbackInfo& info) {
  auto result = Unwrap<footfall_result>(info[0]);
  Table table;
  CallNow(info.Env(),
          [&](footfall_error** error) { return table.Read(result.get(), false, error); });
  return Columns(info.Env(), table);
}

}  // namespace footfall_node
