#include <cerrno>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "report/arrow_ipc.h"
#include "report/export.h"

namespace footfall::report {
namespace {

using query::Column;
using query::ColumnType;
using query::Table;

// Every structure handed out owns what it points to, children included: a consumer may
// move a child out of its parent and may release batches after the stream.

const char* FormatOf(ColumnType type) {
  switch (type) {
    case ColumnType::kString:
      return "u";
    case ColumnType::kDouble:
      return "g";
    case ColumnType::kBool:
      return "b";
    case ColumnType::kTimestamp:
      return "tsm:UTC";
    case ColumnType::kDate:
      return "tdD";
    case ColumnType::kInt64:
      break;
  }
  return "l";
}

// The children of a struct, as the interface wants them: an array of pointers.
template <typename T>
struct Children {
  std::vector<T> items;
  std::vector<T*> pointers;

  explicit Children(size_t count) : items(count), pointers(count) {
    for (size_t i = 0; i < count; ++i) pointers[i] = &items[i];
  }
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  // A child that was moved out has no release callback any more.
  ~Children() {
    for (T& item : items) {
      if (item.release != nullptr) item.release(&item);
    }
  }
};

// Frees the private data, of type `Owned`, of a structure and marks it as released.
template <typename Owned, typename T>
void Release(T* item) noexcept {
  if (item->release == nullptr) return;
  delete static_cast<Owned*>(item->private_data);
  item->private_data = nullptr;
  item->release = nullptr;
}

void MakeFieldSchema(const Column& column, ArrowSchema* out) {
  auto name = std::make_unique<std::string>(column.name);
  *out = ArrowSchema{.format = FormatOf(column.type),
                     .name = name->c_str(),
                     .flags = ARROW_FLAG_NULLABLE,
                     .release = Release<std::string, ArrowSchema>,
                     .private_data = name.release()};
}

void MakeSchema(const Table& table, ArrowSchema* out) {
  auto children = std::make_unique<Children<ArrowSchema>>(table.columns.size());
  for (size_t i = 0; i < table.columns.size(); ++i) {
    MakeFieldSchema(table.columns[i], &children->items[i]);
  }
  *out = ArrowSchema{.format = "+s",
                     .name = "",
                     .n_children = static_cast<int64_t>(children->items.size()),
                     .children = children->pointers.data(),
                     .release = Release<Children<ArrowSchema>, ArrowSchema>,
                     .private_data = children.release()};
}

struct OwnedColumn {
  ArrowColumn column;
  const void* buffers[3] = {nullptr, nullptr, nullptr};
};

// The interface allows no null data buffers to the readers that came before version 1.4
// of the format, so an empty one points here.
alignas(8) constexpr uint8_t kNoBytes[8] = {};

void MakeColumnArray(const Column& column, size_t begin, size_t end, ArrowArray* out) {
  auto owned = std::make_unique<OwnedColumn>();
  owned->column = MakeArrowColumn(column, begin, end);
  const ArrowColumn& made = owned->column;
  int64_t count = 0;
  owned->buffers[count++] = made.validity.empty() ? nullptr : made.validity.data();
  if (column.type == ColumnType::kString) owned->buffers[count++] = made.offsets.data();
  owned->buffers[count++] = made.data.empty() ? kNoBytes : made.data.data();
  *out = ArrowArray{.length = static_cast<int64_t>(end - begin),
                    .null_count = made.null_count,
                    .n_buffers = count,
                    .buffers = owned->buffers,
                    .release = Release<OwnedColumn, ArrowArray>,
                    .private_data = owned.release()};
}

struct OwnedBatch {
  explicit OwnedBatch(size_t columns) : children(columns) {}

  Children<ArrowArray> children;
  const void* validity = nullptr;  // A row as such is never missing.
};

void MakeBatch(const Table& table, size_t begin, size_t end, ArrowArray* out) {
  auto owned = std::make_unique<OwnedBatch>(table.columns.size());
  Children<ArrowArray>& children = owned->children;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    MakeColumnArray(table.columns[i], begin, end, &children.items[i]);
  }
  *out = ArrowArray{.length = static_cast<int64_t>(end - begin),
                    .n_buffers = 1,
                    .n_children = static_cast<int64_t>(children.items.size()),
                    .buffers = &owned->validity,
                    .children = children.pointers.data(),
                    .release = Release<OwnedBatch, ArrowArray>,
                    .private_data = owned.release()};
}

struct StreamState {
  std::shared_ptr<const Result> result;
  size_t next_row = 0;
  const char* error = nullptr;
};

// Runs `make`, which can fail only for want of memory; 0 or an errno.
template <typename Make>
int Guarded(ArrowArrayStream* stream, const Make& make) noexcept {
  auto* state = static_cast<StreamState*>(stream->private_data);
  try {
    make(*state);
    state->error = nullptr;
    return 0;
  } catch (const std::exception&) {
    state->error = "out of memory";
    return ENOMEM;
  }
}

int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) noexcept {
  return Guarded(stream,
                 [out](StreamState& state) { MakeSchema(state.result->rows, out); });
}

int GetNext(ArrowArrayStream* stream, ArrowArray* out) noexcept {
  return Guarded(stream, [out](StreamState& state) {
    const Table& table = state.result->rows;
    if (state.next_row >= table.row_count()) {
      *out = ArrowArray{};  // A released array is the end of the stream.
      return;
    }
    const size_t end = ArrowBatchEnd(table, state.next_row);
    MakeBatch(table, state.next_row, end, out);
    state.next_row = end;
  });
}

const char* GetLastError(ArrowArrayStream* stream) noexcept {
  return static_cast<StreamState*>(stream->private_data)->error;
}

}  // namespace

void ExportStream(std::shared_ptr<const Result> result, ArrowArrayStream* out) {
  auto state = std::make_unique<StreamState>();
  state->result = std::move(result);
  *out = ArrowArrayStream{.get_schema = GetSchema,
                          .get_next = GetNext,
                          .get_last_error = GetLastError,
                          .release = Release<StreamState, ArrowArrayStream>,
                          .private_data = state.release()};
}

}  // namespace footfall::report
