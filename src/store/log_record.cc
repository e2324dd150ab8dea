#include "store/log_record.h"

#include <sodium.h>

#include <algorithm>

#include "base/strings.h"
#include "store/coding.h"

namespace footfall::store {
namespace {

constexpr size_t kChecksumBytes = 8;
constexpr uint64_t kSparseArrivals = 1;

std::string_view Checksum(std::string_view body, unsigned char (&out)[kChecksumBytes]) {
  static_assert(kChecksumBytes == crypto_shorthash_siphash24_BYTES);
  static constexpr unsigned char kKey[crypto_shorthash_siphash24_KEYBYTES] = {};
  crypto_shorthash_siphash24(out, reinterpret_cast<const unsigned char*>(body.data()),
                             body.size(), kKey);
  return {reinterpret_cast<const char*>(out), kChecksumBytes};
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(base::Cat("is damaged: ", what));
}

absl::Status ReadHeader(Reader& reader, uint64_t* flags, RecordHeader* header) {
  const uint8_t version = reader.Byte();
  if (version != kLogRecordVersion) return Damaged("its version is unknown");
  *flags = reader.Varint();
  header->events = reader.Varint();
  header->first_arrival = reader.Varint();
  header->ingest_ms = reader.SignedVarint();
  header->min_time_ms = reader.SignedVarint();
  header->max_time_ms = reader.SignedVarint();
  return reader.ok() ? absl::OkStatus() : Damaged("its header is cut short");
}

}  // namespace

std::string EncodeRecord(const RecordParts& parts) {
  const Batch::Rep& batch = parts.batch;
  int64_t min_time_ms = INT64_MAX;
  int64_t max_time_ms = INT64_MIN;
  size_t event_bytes = 0;
  for (const uint32_t i : parts.kept) {
    min_time_ms = std::min(min_time_ms, batch.facts[i].time_ms);
    max_time_ms = std::max(max_time_ms, batch.facts[i].time_ms);
    event_bytes += batch.facts[i].size;
  }
  std::string out(kChecksumBytes, '\0');
  out.reserve(event_bytes + batch.strings.size() * 8 + batch.people.size() * 5 + 128);
  out.push_back(static_cast<char>(kLogRecordVersion));
  PutVarint(out, parts.arrivals == nullptr ? 0 : kSparseArrivals);
  PutVarint(out, parts.kept.size());
  PutVarint(out, parts.first_arrival);
  PutZigZag(out, parts.ingest_ms);
  PutZigZag(out, min_time_ms);
  PutZigZag(out, max_time_ms);
  PutZigZag(out, batch.base_time_ms);

  PutVarint(out, batch.strings.size());
  for (size_t i = 0; i < batch.strings.size(); ++i) {
    if (parts.codes[i] != Dictionaries::kNone) {
      PutVarint(out, uint64_t{parts.codes[i]} + 1);
    } else {
      PutVarint(out, 0);
      PutBytes(out, batch.strings[i].text());
    }
  }
  PutVarint(out, batch.people.size());
  for (const uint64_t code : parts.people) PutVarint(out, code);
  if (parts.arrivals != nullptr) {
    uint64_t last = parts.first_arrival;
    for (const uint64_t arrival : *parts.arrivals) {
      PutVarint(out, arrival - last);
      last = arrival;
    }
  }
  // Neighbouring events are copied together; without duplicates that is one copy.
  for (size_t i = 0; i < parts.kept.size();) {
    const uint32_t begin = batch.facts[parts.kept[i]].offset;
    size_t next = i + 1;
    while (next < parts.kept.size() && parts.kept[next] == parts.kept[next - 1] + 1)
      ++next;
    const EventFacts& last = batch.facts[parts.kept[next - 1]];
    out.append(batch.events.data() + begin, last.offset + last.size - begin);
    i = next;
  }
  unsigned char checksum[kChecksumBytes];
  out.replace(0, kChecksumBytes,
              Checksum(std::string_view(out).substr(kChecksumBytes), checksum));
  return out;
}

std::string AssembleRecord(const EncodedRecordParts& parts) {
  std::string out(kChecksumBytes, '\0');
  out.reserve(parts.events.size() + parts.strings.size() * 8 + parts.people.size() * 5 +
              128);
  out.push_back(static_cast<char>(kLogRecordVersion));
  PutVarint(out, 0);
  PutVarint(out, parts.header.events);
  PutVarint(out, parts.header.first_arrival);
  PutZigZag(out, parts.header.ingest_ms);
  PutZigZag(out, parts.header.min_time_ms);
  PutZigZag(out, parts.header.max_time_ms);
  PutZigZag(out, parts.base_time_ms);
  PutVarint(out, parts.strings.size());
  for (const auto& [code, text] : parts.strings) {
    if (code != Dictionaries::kNone) {
      PutVarint(out, uint64_t{code} + 1);
    } else {
      PutVarint(out, 0);
      PutBytes(out, text);
    }
  }
  PutVarint(out, parts.people.size());
  for (const uint64_t code : parts.people) PutVarint(out, code);
  out += parts.events;
  unsigned char checksum[kChecksumBytes];
  out.replace(0, kChecksumBytes,
              Checksum(std::string_view(out).substr(kChecksumBytes), checksum));
  return out;
}

std::vector<uint32_t> CodeStrings(
    const StringTable& strings,
    absl::FunctionRef<uint32_t(uint32_t, std::string_view)> code_of) {
  std::vector<uint32_t> codes(strings.size(), Dictionaries::kNone);
  for (size_t i = 0; i < codes.size(); ++i) {
    uint32_t dictionary = strings[i].space;
    if (dictionary == kFieldSession || dictionary == kFieldJson) continue;
    if (dictionary >= kFieldPropertyValue) {
      // A key always stands before its values.
      const uint32_t key = codes[dictionary - kFieldPropertyValue];
      if (key == Dictionaries::kNone) continue;
      dictionary = kFieldPropertyValue + key;
    }
    codes[i] = code_of(dictionary, strings[i].text());
  }
  return codes;
}

absl::Status LogRecord::ParseHeader(std::string_view value, RecordHeader* header) {
  Reader reader(value);
  reader.Raw(kChecksumBytes);
  uint64_t flags = 0;
  return ReadHeader(reader, &flags, header);
}

absl::Status LogRecord::Parse(std::string_view value) {
  Reader reader(value);
  const std::string_view stored = reader.Raw(kChecksumBytes);
  unsigned char checksum[kChecksumBytes];
  if (!reader.ok() || Checksum(reader.rest(), checksum) != stored) {
    return Damaged("its checksum does not match");
  }
  uint64_t flags = 0;
  if (absl::Status status = ReadHeader(reader, &flags, &header_); !status.ok()) {
    return status;
  }
  base_time_ms_ = reader.SignedVarint();
  const size_t strings = reader.Count();
  codes_.assign(strings, Dictionaries::kNone);
  strings_.assign(strings, {});
  for (size_t i = 0; i < strings; ++i) {
    const uint64_t code = reader.Varint();
    if (code == 0) {
      strings_[i] = reader.Bytes();
    } else {
      codes_[i] = static_cast<uint32_t>(std::min<uint64_t>(code - 1, UINT32_MAX - 1));
    }
  }
  people_.resize(reader.Count());
  for (uint64_t& code : people_) code = reader.Varint();
  ids_.assign(people_.size(), {});
  arrivals_.clear();
  if (flags & kSparseArrivals) {
    if (header_.events > reader.left()) return Damaged("its arrivals are cut short");
    uint64_t last = header_.first_arrival;
    for (uint64_t i = 0; i < header_.events; ++i) {
      arrivals_.push_back(last += reader.Varint());
    }
  }
  if (!reader.ok()) return Damaged("its tables are cut short");
  events_ = reader.rest();
  return absl::OkStatus();
}

absl::Status LogRecord::Resolve(const Dictionaries& dictionaries) {
  if (!dictionaries.Resolve(codes_, &strings_)) {
    return Damaged("it names a string that no dictionary has");
  }
  return absl::OkStatus();
}

absl::Status LogRecord::Visit(
    absl::FunctionRef<absl::Status(const EventDecoder::Decoded&, uint64_t)> visit) const {
  EventDecoder decoder(
      {.base_time_ms = base_time_ms_, .strings = &strings_, .people = &ids_});
  Reader reader(events_);
  EventDecoder::Decoded decoded;
  for (uint64_t i = 0; i < header_.events; ++i) {
    if (!decoder.Next(reader, decoded)) {
      return Damaged(base::Cat("event ", i, " cannot be read"));
    }
    const uint64_t arrival = arrivals_.empty() ? header_.first_arrival + i : arrivals_[i];
    if (absl::Status status = visit(decoded, arrival); !status.ok()) return status;
  }
  return reader.done() ? absl::OkStatus() : Damaged("bytes follow its last event");
}

}  // namespace footfall::store
