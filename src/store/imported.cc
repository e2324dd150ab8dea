#include "store/imported.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/json.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "store/coding.h"
#include "store/people.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

using model::AttributeType;
using model::AttributeValue;
using model::ImportedAttribute;

constexpr uint8_t kImportedVersion = 1;
// Of a value in a row.
constexpr uint8_t kInteger = 0;
constexpr uint8_t kDouble = 1;
constexpr uint8_t kText = 2;
constexpr uint8_t kDate = 3;
constexpr size_t kProblemsMax = 100;

absl::Status Refuse(std::string_view message) {
  return base::MakeError(absl::StatusCode::kInvalidArgument, message);
}

absl::Status DamagedRegistry() {
  return absl::DataLossError(
      "the store is damaged: the list of imported attributes cannot be read");
}

// Where the attribute is in the sorted list, or belongs.
ImportedAttributes::iterator PlaceOf(ImportedAttributes& attributes,
                                     std::string_view integration,
                                     std::string_view name) {
  return std::lower_bound(attributes.begin(), attributes.end(),
                          std::tie(integration, name),
                          [](const ImportedAttribute& a, const auto& wanted) {
                            return std::tuple<std::string_view, std::string_view>(
                                       a.integration, a.name) < wanted;
                          });
}

// Equal numbers are one value, so that importing them again changes nothing.
AttributeValue Normal(const AttributeValue& value) {
  constexpr double kExactMax = 9007199254740992;  // 2^53
  const double* number = std::get_if<double>(&value);
  if (number == nullptr || std::trunc(*number) != *number ||
      std::abs(*number) > kExactMax) {
    return value;
  }
  return static_cast<int64_t>(*number);
}

std::string EncodeRegistry(const std::vector<RegisteredAttribute>& attributes) {
  base::Json list = base::Json::MakeArray();
  for (const RegisteredAttribute& attribute : attributes) {
    base::Json row = base::Json::MakeObject();
    row.Set("name", attribute.name);
    row.Set("type", model::AttributeTypeName(attribute.type));
    row.Set("imported_at", attribute.imported_ms);
    list.Push(std::move(row));
  }
  base::Json out = base::Json::MakeObject();
  out.Set("version", 1);
  out.Set("attributes", std::move(list));
  return out.Dump();
}

absl::Status DecodeRegistry(std::string_view integration, std::string_view text,
                            std::vector<RegisteredAttribute>* out) {
  const absl::StatusOr<base::Json> json = base::Json::Parse(text);
  const base::Json* list = json.ok() ? json->Find("attributes") : nullptr;
  if (list == nullptr || !list->is_array()) return DamagedRegistry();
  for (const base::Json& row : list->as_array()) {
    const base::Json* name = row.Find("name");
    const base::Json* type_name = row.Find("type");
    const base::Json* imported = row.Find("imported_at");
    if (name == nullptr || !name->is_string() || type_name == nullptr ||
        !type_name->is_string() || imported == nullptr || !imported->is_int()) {
      return DamagedRegistry();
    }
    const auto type = model::AttributeTypeByName(type_name->as_string());
    if (!type.has_value()) return DamagedRegistry();
    out->push_back(
        {std::string(integration), name->as_string(), *type, imported->as_int()});
  }
  return absl::OkStatus();
}

}  // namespace

std::string ImportedKey(uint64_t code) {
  std::string key(1, kImportedPrefix);
  PutFixed64(key, code);
  return key;
}

std::string EncodeImported(const ImportedAttributes& attributes) {
  std::string row(1, static_cast<char>(kImportedVersion));
  PutVarint(row, attributes.size());
  for (const ImportedAttribute& attribute : attributes) {
    PutBytes(row, attribute.integration);
    PutBytes(row, attribute.name);
    if (const auto* integer = std::get_if<int64_t>(&attribute.value)) {
      row.push_back(static_cast<char>(kInteger));
      PutZigZag(row, *integer);
    } else if (const auto* number = std::get_if<double>(&attribute.value)) {
      row.push_back(static_cast<char>(kDouble));
      PutDouble(row, *number);
    } else {
      row.push_back(
          static_cast<char>(attribute.type == AttributeType::kDate ? kDate : kText));
      PutBytes(row, std::get<std::string>(attribute.value));
    }
  }
  return row;
}

bool DecodeImported(std::string_view row, ImportedAttributes* attributes) {
  Reader reader(row);
  if (reader.Byte() != kImportedVersion) return false;
  attributes->resize(reader.Count());
  for (ImportedAttribute& attribute : *attributes) {
    attribute.integration = std::string(reader.Bytes());
    attribute.name = std::string(reader.Bytes());
    const uint8_t kind = reader.Byte();
    switch (kind) {
      case kInteger:
        attribute.type = AttributeType::kNumber;
        attribute.value = reader.SignedVarint();
        break;
      case kDouble:
        attribute.type = AttributeType::kNumber;
        attribute.value = reader.Double();
        break;
      case kText:
      case kDate:
        attribute.type = kind == kDate ? AttributeType::kDate : AttributeType::kString;
        attribute.value = std::string(reader.Bytes());
        break;
      default:
        return false;
    }
  }
  return reader.ok() && reader.done();
}

absl::StatusOr<std::vector<RegisteredAttribute>> ReadRegistry(
    const Rocks& rocks, const rocksdb::Snapshot* snapshot) {
  std::vector<RegisteredAttribute> attributes;
  const std::string prefix = DocumentKey(kAttributesKind, "");
  auto rows = rocks.Iterate(kMeta, snapshot);
  for (rows->Seek(ToSlice(prefix));
       rows->Valid() && rows->key().starts_with(ToSlice(prefix)); rows->Next()) {
    FOOTFALL_RETURN_IF_ERROR(DecodeRegistry(ToView(rows->key()).substr(prefix.size()),
                                            ToView(rows->value()), &attributes));
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  return attributes;
}

absl::Status CheckImported(const Rocks& rocks, const rocksdb::Snapshot* snapshot,
                           const base::Cancel* cancel, CheckReport& report) {
  const auto problem = [&report](std::string where, std::string what) {
    if (report.problems.size() < kProblemsMax) {
      report.problems.push_back({std::move(where), std::move(what)});
    }
  };
  const auto registry = ReadRegistry(rocks, snapshot);
  if (!registry.ok()) {
    problem("imported attributes", base::MessageOf(registry.status()));
    return absl::OkStatus();
  }
  std::map<std::pair<std::string, std::string>, AttributeType> types;
  for (const RegisteredAttribute& attribute : *registry) {
    types[{attribute.integration, attribute.name}] = attribute.type;
  }
  const auto is_registered = [&types](const ImportedAttribute& attribute) {
    const auto found = types.find({attribute.integration, attribute.name});
    return found != types.end() && found->second == attribute.type;
  };
  const auto is_before = [](const ImportedAttribute& a, const ImportedAttribute& b) {
    return std::tie(a.integration, a.name) < std::tie(b.integration, b.name);
  };
  auto rows = rocks.Iterate(kPeople, snapshot, /*fill_cache=*/false);
  ImportedAttributes attributes;
  for (rows->Seek(std::string(1, kImportedPrefix));
       rows->Valid() && rows->key()[0] == kImportedPrefix; rows->Next()) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
    const uint64_t code = CodeOfKey(ToView(rows->key()));
    const std::string where = base::Cat("imported attributes of person ", code);
    FOOTFALL_ASSIGN_OR_RETURN(const auto id, rocks.Get(kPeople, CodeKey(code), snapshot));
    if (!id.has_value() || DecodeIdRow(*id).first != kPersonId) {
      problem(where, "there is no such person");
    } else if (!DecodeImported(ToView(rows->value()), &attributes)) {
      problem(where, "cannot be read");
    } else if (!std::all_of(attributes.begin(), attributes.end(), is_registered)) {
      problem(where, "one is not registered, or with another type");
    } else if (std::adjacent_find(attributes.begin(), attributes.end(),
                                  [&](const auto& a, const auto& b) {
                                    return !is_before(a, b);
                                  }) != attributes.end()) {
      problem(where, "are out of order");
    }
  }
  if (!rows->status().ok()) {
    problem("imported attributes", base::MessageOf(FromRocks(rows->status())));
  }
  return absl::OkStatus();
}

// One call and what it changes.
struct EventStore::Impl::Import {
  struct Row {
    Hash128 hash;
    Identity identity;
    std::string_view id;
    bool known = false;                 // Before this call.
    std::optional<std::string> before;  // As stored.
    ImportedAttributes attributes;
  };

  const std::string_view integration;
  const std::vector<AttributeSchema>& schema;
  const ImportOptions& options;
  std::vector<Row> people;
  absl::flat_hash_map<Hash128, size_t> by_hash;  // Into people.
  Counters counters;
  rocksdb::WriteBatch rows = rocksdb::WriteBatch();
  ImportReport report;
};

// Adds the row of the registry, when there are attributes that it lacks.
absl::Status EventStore::Impl::PlanRegistry(Import& import) {
  FOOTFALL_RETURN_IF_ERROR(model::CheckIntegrationName(import.integration));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<RegisteredAttribute> registered,
                            ReadRegistry(*rocks_));
  size_t total = registered.size();
  const size_t total_max = static_cast<size_t>(settings().imported_attributes_max);
  std::vector<RegisteredAttribute> ours;
  for (const RegisteredAttribute& attribute : registered) {
    if (attribute.integration == import.integration) ours.push_back(attribute);
  }
  const size_t ours_before = ours.size();
  for (size_t i = 0; i < import.schema.size(); ++i) {
    const AttributeSchema& wanted = import.schema[i];
    FOOTFALL_RETURN_IF_ERROR(model::CheckAttributeName(wanted.name));
    const std::string name = base::Cat(import.integration, "/", wanted.name);
    const auto is_wanted = [&wanted](const auto& a) { return a.name == wanted.name; };
    if (std::any_of(import.schema.begin(), import.schema.begin() + i, is_wanted)) {
      return Refuse(base::Cat("the attribute '", name, "' is named twice"));
    }
    const auto known = std::find_if(ours.begin(), ours.end(), is_wanted);
    if (known != ours.end()) {
      if (known->type == wanted.type) continue;
      return Refuse(base::Cat("the attribute '", name, "' was imported as ",
                              model::AttributeTypeName(known->type), " before, not as ",
                              model::AttributeTypeName(wanted.type)));
    }
    if (++total > total_max) {
      return base::MakeError(
          absl::StatusCode::kResourceExhausted,
          base::Cat("the attribute '", name, "' would be number ", total,
                    " of those imported; the setting imported_attributes_max allows ",
                    total_max));
    }
    ours.push_back({std::string(import.integration), wanted.name, wanted.type,
                    import.options.now_ms});
  }
  if (ours.size() == ours_before) return absl::OkStatus();
  std::sort(ours.begin(), ours.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  import.rows.Put(rocks_->family(kMeta),
                  ToSlice(DocumentKey(kAttributesKind, import.integration)),
                  ToSlice(EncodeRegistry(ours)));
  return absl::OkStatus();
}

absl::Status EventStore::Impl::PlanUpdate(const AttributeUpdate& update, Import& import) {
  FOOTFALL_RETURN_IF_ERROR(model::CheckImportedId(update.person));
  const Hash128 hash = HashIdentifier(key_, kPersonId, update.person);
  const auto [at, is_first] = import.by_hash.try_emplace(hash, import.people.size());
  if (is_first) {
    Import::Row row{.hash = hash, .id = update.person};
    FOOTFALL_ASSIGN_OR_RETURN(row.identity, people_->Find(hash));
    row.known = row.identity.code != 0;
    if (row.known) {
      FOOTFALL_ASSIGN_OR_RETURN(row.before,
                                rocks_->Get(kPeople, ImportedKey(row.identity.code)));
      if (row.before.has_value() && !DecodeImported(*row.before, &row.attributes)) {
        return absl::DataLossError(base::Cat("the store is damaged: person ",
                                             row.identity.code, " cannot be read"));
      }
    } else {
      row.identity.code = import.counters.next_person++;
    }
    import.people.push_back(std::move(row));
  }
  ImportedAttributes& attributes = import.people[at->second].attributes;
  for (const auto& [index, value] : update.values) {
    if (index >= import.schema.size()) return Refuse("a value is of no attribute");
    const AttributeSchema& of = import.schema[index];
    const auto place = PlaceOf(attributes, import.integration, of.name);
    const bool has = place != attributes.end() && place->name == of.name &&
                     place->integration == import.integration;
    if (!value.has_value()) {
      if (has) attributes.erase(place);
      continue;
    }
    if (const absl::Status status = model::CheckAttributeValue(of.type, *value);
        !status.ok()) {
      return Refuse(base::Cat("a value of '", import.integration, "/", of.name, "' ",
                              base::MessageOf(status)));
    }
    if (has) {
      place->value = Normal(*value);
    } else {
      attributes.insert(
          place, {std::string(import.integration), of.name, of.type, Normal(*value)});
    }
  }
  return absl::OkStatus();
}

// Writes what has changed.
absl::Status EventStore::Impl::WriteImport(Import& import) {
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kPeople);
  for (const Import::Row& row : import.people) {
    const std::string after = EncodeImported(row.attributes);
    const uint64_t code = row.identity.code;
    if (!row.known) {
      ++import.report.people_created;
      import.rows.Put(family, ToSlice(IdKey(row.hash)),
                      ToSlice(EncodeIdentity(row.identity)));
      import.rows.Put(family, ToSlice(CodeKey(code)),
                      ToSlice(EncodeIdRow(kPersonId, row.id)));
    } else if (row.before.has_value() ? *row.before == after : row.attributes.empty()) {
      ++import.report.people_unchanged;
      continue;
    } else {
      ++import.report.people_changed;
    }
    import.rows.Put(family, ToSlice(ImportedKey(code)), ToSlice(after));
  }
  if (import.rows.Count() == 0 || import.options.dry_run) return absl::OkStatus();
  import.rows.Put(rocks_->family(kMeta), kCountersKey, ToSlice(import.counters.Encode()));
  FOOTFALL_RETURN_IF_ERROR(WriteSynced(import.rows));
  counters_ = import.counters;
  for (const Import::Row& row : import.people) {
    if (!row.known) people_->Remember(row.hash, row.identity);
  }
  view_bytes_ = people_->bytes() + ids_->bytes() + dictionaries_->bytes();
  return absl::OkStatus();
}

absl::StatusOr<ImportReport> EventStore::Impl::ImportAttributes(
    std::string_view integration, const std::vector<AttributeSchema>& schema,
    const std::vector<AttributeUpdate>& updates, const ImportOptions& options) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  // Identifiers that are looked up are remembered.
  if (people_->ShouldFlush()) {
    FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
  }
  Import import{.integration = integration, .schema = schema, .options = options};
  import.counters = counters_;
  FOOTFALL_RETURN_IF_ERROR(PlanRegistry(import));
  import.people.reserve(updates.size());
  for (const AttributeUpdate& update : updates) {
    FOOTFALL_RETURN_IF_ERROR(PlanUpdate(update, import));
  }
  FOOTFALL_RETURN_IF_ERROR(WriteImport(import));
  return import.report;
}

absl::StatusOr<std::vector<RegisteredAttribute>> EventStore::Impl::ListAttributes() {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(Enter(&open));
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<Rocks> rocks, Database());
  return ReadRegistry(*rocks);
}

}  // namespace footfall::store
