#include "runtime/attributes.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "model/attribute.h"

namespace footfall::runtime {
namespace {

constexpr size_t kProblemsMax = 100;
constexpr size_t kBatchRows = 10'000;
constexpr size_t kBatchBytes = size_t{8} << 20;
constexpr size_t kColumnsMax = 10'000;
// Ids that are remembered to tell duplicates; at most 40 MB.
constexpr size_t kIdsRemembered = size_t{1} << 21;

absl::Status Refuse(std::string_view message) {
  return base::MakeError(absl::StatusCode::kInvalidArgument, message);
}

absl::Status ReadText(const base::Json& object, std::string_view path,
                      std::string_view key, bool required, std::string* out) {
  const base::Json* value = object.Find(key);
  const std::string at = base::Cat(path, ".", key);
  if (value == nullptr) {
    return required ? base::InvalidAt(at, "is missing") : absl::OkStatus();
  }
  if (!value->is_string()) return base::InvalidAt(at, "must be a string");
  *out = value->as_string();
  return absl::OkStatus();
}

absl::StatusOr<AttributesImportOptions::Column> ReadColumn(const base::Json& json,
                                                           const std::string& path) {
  if (!json.is_object()) return base::InvalidAt(path, "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"column", "attribute", "type"}));
  AttributesImportOptions::Column column;
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, path, "column", true, &column.column));
  column.attribute = column.column;
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, path, "attribute", false, &column.attribute));
  if (const absl::Status name = model::CheckAttributeName(column.attribute); !name.ok()) {
    return base::InvalidAt(base::Cat(path, ".attribute"), base::MessageOf(name));
  }
  std::string type = "string";
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, path, "type", false, &type));
  const auto known = model::AttributeTypeByName(type);
  if (!known.has_value()) {
    return base::InvalidAt(base::Cat(path, ".type"), "must be string, number or date");
  }
  column.type = *known;
  return column;
}

absl::Status ReadColumns(const base::Json& list,
                         std::vector<AttributesImportOptions::Column>* columns) {
  if (!list.is_array() || list.as_array().empty() ||
      list.as_array().size() > kColumnsMax) {
    return base::InvalidAt("$.columns",
                           base::Cat("must be a list of 1 to ", kColumnsMax, " columns"));
  }
  for (size_t i = 0; i < list.as_array().size(); ++i) {
    const std::string path = base::Cat("$.columns[", i, "]");
    FOOTFALL_ASSIGN_OR_RETURN(AttributesImportOptions::Column column,
                              ReadColumn(list.as_array()[i], path));
    const auto same = [&column](const AttributesImportOptions::Column& other) {
      return other.attribute == column.attribute;
    };
    if (std::any_of(columns->begin(), columns->end(), same)) {
      return base::InvalidAt(
          base::Cat(path, ".attribute"),
          base::Cat("'", column.attribute, "' has another column already"));
    }
    columns->push_back(std::move(column));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<base::Json> ListAttributes(Instance& instance) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto attributes, instance.store().ListAttributes());
  base::Json list = base::Json::MakeArray();
  for (const store::RegisteredAttribute& attribute : attributes) {
    base::Json row = base::Json::MakeObject();
    row.Set("integration", attribute.integration);
    row.Set("attribute", attribute.name);
    row.Set("type", model::AttributeTypeName(attribute.type));
    row.Set("imported_at", base::FormatTime(attribute.imported_ms));
    list.Push(std::move(row));
  }
  base::Json out = base::Json::MakeObject();
  out.Set("attributes", std::move(list));
  return out;
}

absl::StatusOr<AttributesImportOptions> ParseAttributesImportOptions(
    std::string_view text) {
  FOOTFALL_ASSIGN_OR_RETURN(const base::Json json, base::Json::Parse(text));
  if (!json.is_object()) return base::InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(
      json, "$", {"integration", "id", "columns", "delimiter", "dry_run"}));
  AttributesImportOptions options;
  FOOTFALL_RETURN_IF_ERROR(
      ReadText(json, "$", "integration", true, &options.integration));
  if (const absl::Status name = model::CheckIntegrationName(options.integration);
      !name.ok()) {
    return base::InvalidAt("$.integration", base::MessageOf(name));
  }
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "$", "id", true, &options.id));
  std::string delimiter(1, options.delimiter);
  FOOTFALL_RETURN_IF_ERROR(ReadText(json, "$", "delimiter", false, &delimiter));
  if (delimiter != "," && delimiter != ";" && delimiter != "\t" && delimiter != "|") {
    return base::InvalidAt("$.delimiter", "must be a comma, semicolon, tab or bar");
  }
  options.delimiter = delimiter[0];
  if (const base::Json* dry_run = json.Find("dry_run"); dry_run != nullptr) {
    if (!dry_run->is_bool()) return base::InvalidAt("$.dry_run", "must be a boolean");
    options.dry_run = dry_run->as_bool();
  }
  if (const base::Json* columns = json.Find("columns"); columns != nullptr) {
    FOOTFALL_RETURN_IF_ERROR(ReadColumns(*columns, &options.columns));
  }
  return options;
}

AttributesImport::AttributesImport(std::shared_ptr<Instance> instance,
                                   AttributesImportOptions options)
    : instance_(std::move(instance)),
      options_(std::move(options)),
      reader_(options_.delimiter) {}

absl::StatusOr<std::unique_ptr<AttributesImport>> AttributesImport::New(
    std::shared_ptr<Instance> instance, AttributesImportOptions options) {
  FOOTFALL_RETURN_IF_ERROR(instance->CheckWritable());
  return std::unique_ptr<AttributesImport>(
      new AttributesImport(std::move(instance), std::move(options)));
}

absl::Status AttributesImport::Write(std::string_view bytes) {
  if (finished_) {
    return absl::FailedPreconditionError("the import is already finished");
  }
  if (!status_.ok()) return status_;
  status_ = reader_.Write(bytes, [this](const base::CsvRow& row) {
    return header_.empty() ? TakeHeader(row) : TakeRow(row);
  });
  return status_;
}

absl::Status AttributesImport::Finish() {
  if (finished_) {
    return absl::FailedPreconditionError("the import is already finished");
  }
  finished_ = true;
  if (!status_.ok()) return status_;
  status_ = reader_.Finish([this](const base::CsvRow& row) {
    return header_.empty() ? TakeHeader(row) : TakeRow(row);
  });
  if (status_.ok() && header_.empty()) {
    status_ = Refuse("the file is empty: it has no header row");
  }
  // A file without rows still makes its attributes known.
  if (status_.ok() && (!updates_.empty() || !committed_)) status_ = Commit();
  return status_;
}

absl::Status AttributesImport::TakeHeader(const base::CsvRow& row) {
  const auto wrong = [&row](std::string_view what) {
    return Refuse(base::Cat("line ", row.line, ": the header ", what));
  };
  if (!row.problem.empty()) return wrong(base::Cat("is no row: ", row.problem));
  if (row.cells.size() > kColumnsMax) return wrong("has too many columns");
  for (const std::string_view cell : row.cells) {
    const std::string_view name = base::Trim(cell);
    if (!base::IsUtf8(name)) return wrong("is not UTF-8 text");
    header_.emplace_back(name);
  }
  const auto place_of = [&](std::string_view column, size_t* place) -> absl::Status {
    const auto found = std::find(header_.begin(), header_.end(), column);
    if (found == header_.end()) {
      return wrong(base::Cat("has no column '", column, "'"));
    }
    if (std::find(found + 1, header_.end(), column) != header_.end()) {
      return wrong(base::Cat("has several columns '", column, "'"));
    }
    *place = static_cast<size_t>(found - header_.begin());
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(place_of(options_.id, &id_cell_));
  std::vector<AttributesImportOptions::Column> columns = options_.columns;
  if (columns.empty()) {
    for (size_t i = 0; i < header_.size(); ++i) {
      if (i != id_cell_) columns.push_back({header_[i], header_[i]});
    }
  }
  for (const AttributesImportOptions::Column& column : columns) {
    size_t place = 0;
    FOOTFALL_RETURN_IF_ERROR(place_of(column.column, &place));
    if (const absl::Status name = model::CheckAttributeName(column.attribute);
        !name.ok()) {
      return wrong(base::Cat("has a column '", column.column.substr(0, 100),
                             "' that is no name: ", base::MessageOf(name)));
    }
    cells_.push_back(place);
    schema_.push_back({column.attribute, column.type});
  }
  return absl::OkStatus();
}

absl::Status AttributesImport::TakeRow(const base::CsvRow& row) {
  ++rows_;
  const auto reject = [&](std::string_view column, std::string_view reason) {
    ++rejected_;
    AddProblem(row.line, column, reason);
    return absl::OkStatus();
  };
  if (!row.problem.empty()) {
    return reject(row.problem_cell < header_.size()
                      ? std::string_view(header_[row.problem_cell])
                      : std::string_view(),
                  row.problem);
  }
  if (row.cells.size() != header_.size()) {
    return reject("", base::Cat("has ", row.cells.size(), " cells, and the header has ",
                                header_.size()));
  }
  store::AttributeUpdate update;
  update.person = std::string(base::Trim(row.cells[id_cell_]));
  if (const absl::Status id = model::CheckImportedId(update.person); !id.ok()) {
    return reject(options_.id, base::MessageOf(id));
  }
  CountDuplicate(update.person);
  TakeValues(row, &update);
  updates_.push_back(std::move(update));
  if (updates_.size() < kBatchRows && update_bytes_ < kBatchBytes) {
    return absl::OkStatus();
  }
  return Commit();
}

void AttributesImport::TakeValues(const base::CsvRow& row,
                                  store::AttributeUpdate* update) {
  update->values.reserve(schema_.size());
  update_bytes_ += update->person.size();
  for (size_t i = 0; i < schema_.size(); ++i) {
    const std::string_view cell = row.cells[cells_[i]];
    const std::string_view trimmed = base::Trim(cell);
    if (trimmed.empty()) continue;
    const model::AttributeType type = schema_[i].type;
    absl::StatusOr<model::AttributeValue> value = model::ParseAttributeValue(
        type, type == model::AttributeType::kString ? cell : trimmed);
    if (!value.ok()) {
      ++values_rejected_;
      AddProblem(row.line, header_[cells_[i]], base::MessageOf(value.status()));
      continue;
    }
    update_bytes_ += sizeof(*value) + cell.size();
    update->values.emplace_back(i, *std::move(value));
  }
}

void AttributesImport::CountDuplicate(std::string_view id) {
  const uint64_t hash = absl::Hash<absl::string_view>()(base::Abs(id));
  if (ids_.contains(hash)) {
    ++duplicates_;
  } else if (ids_.size() < kIdsRemembered) {
    ids_.insert(hash);
  }
}

void AttributesImport::AddProblem(uint64_t line, std::string_view column,
                                  std::string_view reason) {
  if (problems_.size() == kProblemsMax) return;
  problems_.push_back({line, std::string(column), std::string(reason)});
}

absl::Status AttributesImport::Commit() {
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(options_.cancel.get()));
  FOOTFALL_ASSIGN_OR_RETURN(
      const store::ImportReport report,
      instance_->store().ImportAttributes(
          options_.integration, schema_, updates_,
          {.now_ms = options_.now_ms, .dry_run = options_.dry_run}));
  stored_.people_created += report.people_created;
  stored_.people_changed += report.people_changed;
  stored_.people_unchanged += report.people_unchanged;
  committed_ = true;
  updates_.clear();
  update_bytes_ = 0;
  return absl::OkStatus();
}

base::Json AttributesImport::Result() const {
  base::Json errors = base::Json::MakeArray();
  for (const Problem& problem : problems_) {
    base::Json row = base::Json::MakeObject();
    row.Set("line", problem.line);
    row.Set("column", problem.column.empty() ? base::Json() : base::Json(problem.column));
    row.Set("reason", problem.reason);
    errors.Push(std::move(row));
  }
  base::Json out = base::Json::MakeObject();
  out.Set("rows", rows_);
  out.Set("people_created", stored_.people_created);
  out.Set("people_changed", stored_.people_changed);
  out.Set("unchanged", stored_.people_unchanged);
  out.Set("duplicates", duplicates_);
  out.Set("rejected", rejected_);
  out.Set("values_rejected", values_rejected_);
  out.Set("errors", std::move(errors));
  out.Set("errors_omitted", rejected_ + values_rejected_ - problems_.size());
  return out;
}

}  // namespace footfall::runtime
