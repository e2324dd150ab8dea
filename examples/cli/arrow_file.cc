#include "arrow_file.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "cli.h"

namespace footfall::cli {
namespace {

// Arrow's formats are little endian, and so are the machines that this runs on.
template <typename T>
T Load(std::string_view bytes, size_t at) {
  T value = 0;
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, &bytes[at], sizeof value);
  return value;
}

template <typename T>
void Append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Field `index` of the flatbuffer table at `table`: its position, 0 when it is absent.
size_t FieldAt(std::string_view buffer, size_t table, size_t index) {
  const size_t vtable = table - static_cast<size_t>(Load<int32_t>(buffer, table));
  const size_t slot = 4 + 2 * index;
  if (slot >= Load<uint16_t>(buffer, vtable)) return 0;
  const uint16_t offset = Load<uint16_t>(buffer, vtable + slot);
  return offset == 0 ? 0 : table + offset;
}

enum HeaderType : uint8_t { kSchema = 1, kDictionaryBatch = 2, kRecordBatch = 3 };

struct Message {
  size_t start = 0;           // Of the prefix, in the stream.
  std::string_view metadata;  // A flatbuffer with a Message table.
  uint8_t type = 0;
  size_t header = 0;  // Position of the header's table in the metadata.
  int64_t body_size = 0;
};

constexpr size_t kPrefixSize = 8;  // Continuation mark and size of the metadata.

bool ReadMessages(std::string_view stream, std::vector<Message>& out) {
  size_t at = 0;
  while (at + kPrefixSize <= stream.size()) {
    if (Load<uint32_t>(stream, at) != 0xFFFFFFFFU) return false;
    const size_t size = Load<uint32_t>(stream, at + 4);
    if (size == 0) return true;
    if (size > stream.size() - at - kPrefixSize) return false;
    Message message;
    message.start = at;
    message.metadata = stream.substr(at + kPrefixSize, size);
    const size_t table = Load<uint32_t>(message.metadata, 0);
    const size_t type = FieldAt(message.metadata, table, 1);
    const size_t header = FieldAt(message.metadata, table, 2);
    const size_t body = FieldAt(message.metadata, table, 3);
    if (type == 0 || header == 0) return false;
    message.type = Load<uint8_t>(message.metadata, type);
    message.header = header + Load<uint32_t>(message.metadata, header);
    message.body_size = body == 0 ? 0 : Load<int64_t>(message.metadata, body);
    if (message.body_size < 0) return false;
    at += kPrefixSize + size + static_cast<size_t>(message.body_size);
    if (at > stream.size()) return false;
    out.push_back(message);
  }
  return at == stream.size();
}

}  // namespace

Result<std::string> ArrowFileFromStream(std::string_view stream) {
  constexpr std::string_view kMagic = "ARROW1";
  std::vector<Message> messages;
  bool plain =
      ReadMessages(stream, messages) && !messages.empty() && messages[0].type == kSchema;
  for (size_t i = 1; i < messages.size(); ++i) {
    plain = plain && messages[i].type == kRecordBatch;
  }
  if (!plain) {
    return MakeError(FOOTFALL_INTERNAL, "the result is not a plain Arrow IPC stream");
  }
  std::string file(kMagic);
  file.append(2, '\0');
  const size_t stream_start = file.size();
  file += stream;

  // The footer is one flatbuffer, laid out by hand: root offset, table with its layout
  // before it, an empty list of dictionaries, the list of batches. The schema's table is
  // not taken apart: offsets inside a flatbuffer are relative, so the schema message is
  // copied whole and the footer points into the copy.
  constexpr uint32_t kTable = 16;
  constexpr uint32_t kDictionaries = 36;
  constexpr uint32_t kBatches = 44;
  constexpr size_t kBlockSize = 24;
  const size_t batch_count = messages.size() - 1;
  const size_t copy = kBatches + 4 + batch_count * kBlockSize;
  const auto schema = static_cast<uint32_t>(copy + messages[0].header);
  std::string footer;
  Append<uint32_t>(footer, kTable);
  for (const uint16_t entry : {12, 20, 4, 8, 12, 16}) Append<uint16_t>(footer, entry);
  Append<int32_t>(footer, kTable - 4);  // Back to the layout.
  // The schema message carries the same metadata version as its first field.
  const size_t root = Load<uint32_t>(messages[0].metadata, 0);
  const size_t version = FieldAt(messages[0].metadata, root, 0);
  Append<int16_t>(
      footer, version == 0 ? int16_t{0} : Load<int16_t>(messages[0].metadata, version));
  Append<int16_t>(footer, 0);
  Append<uint32_t>(footer, schema - (kTable + 8));
  Append<uint32_t>(footer, kDictionaries - (kTable + 12));
  Append<uint32_t>(footer, kBatches - (kTable + 16));
  Append<uint32_t>(footer, 0);  // No dictionaries.
  Append<uint32_t>(footer, 0);  // Padding: blocks lie on multiples of 8.
  Append<uint32_t>(footer, static_cast<uint32_t>(batch_count));
  for (size_t i = 1; i < messages.size(); ++i) {
    Append<int64_t>(footer, static_cast<int64_t>(stream_start + messages[i].start));
    Append<int32_t>(footer,
                    static_cast<int32_t>(kPrefixSize + messages[i].metadata.size()));
    Append<int32_t>(footer, 0);
    Append<int64_t>(footer, messages[i].body_size);
  }
  footer += messages[0].metadata;

  file += footer;
  Append<int32_t>(file, static_cast<int32_t>(footer.size()));
  return file.append(kMagic);
}

}  // namespace footfall::cli
