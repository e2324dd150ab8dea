#include "prove/proof.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "prove/plan_json.h"
#include "prove/prove_run.h"
#include "report/row_keys.h"

namespace footfall::prove {
namespace {

using query::Column;
using query::Table;

bool SameCell(const query::Cell& a, const query::Cell& b) {
  const double* x = std::get_if<double>(&a);
  const double* y = std::get_if<double>(&b);
  if (x == nullptr || y == nullptr) return a == b;
  return std::fabs(*x - *y) <= 1e-9 * std::max({1.0, std::fabs(*x), std::fabs(*y)});
}

// Pairs rows of two tables that have the same columns.
class Comparison {
 public:
  Comparison(std::string_view part, const Table& engine, const Table& proven,
             const std::vector<size_t>& keys, Mismatches* out)
      : part_(part), engine_(engine), proven_(proven), keys_(keys), out_(out) {}

  void Run() {
    if (!SameColumns()) return;
    const auto engine = Group(engine_);
    auto proven = Group(proven_);
    for (const auto& [key, rows] : engine) {
      const auto found = proven.find(key);
      CompareGroup(rows, found == proven.end() ? std::vector<size_t>() : found->second);
      if (found != proven.end()) proven.erase(found);
    }
    for (const auto& [key, rows] : proven) CompareGroup({}, rows);
    if (out_->count == 0) CompareOrder();
  }

 private:
  using Groups = std::map<std::string, std::vector<size_t>>;

  void Add(std::string_view reason, Json row, std::string_view column, Json engine,
           Json proven) {
    if (++out_->count > kMismatchesMax) return;
    Json json = Json::MakeObject();
    json.Set("part", part_);
    json.Set("reason", reason);
    json.Set("row", std::move(row));
    json.Set("column", column.empty() ? Json() : Json(column));
    json.Set("engine", std::move(engine));
    json.Set("proven", std::move(proven));
    out_->named.Push(std::move(json));
  }

  static Json Describe(const Table& table, size_t at) {
    if (at >= table.columns.size()) return Json();
    const Column& column = table.columns[at];
    return base::Cat(column.name, ":", query::ColumnTypeName(column.type));
  }

  bool SameColumns() {
    const uint64_t before = out_->count;
    const size_t columns = std::max(engine_.columns.size(), proven_.columns.size());
    for (size_t i = 0; i < columns; ++i) {
      Json engine = Describe(engine_, i);
      Json proven = Describe(proven_, i);
      if (engine == proven) continue;
      const Table& named = i < proven_.columns.size() ? proven_ : engine_;
      Add("column", Json(), named.columns[i].name, std::move(engine), std::move(proven));
    }
    return out_->count == before;
  }

  // The rows of each key; those of one key in an order that their cells decide.
  Groups Group(const Table& table) const {
    Groups groups;
    for (size_t row = 0; row < table.row_count(); ++row) {
      groups[report::RowKeyText(table, keys_, row)].push_back(row);
    }
    for (auto& [key, rows] : groups) {
      std::stable_sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
        for (const Column& column : table.columns) {
          const int compared = CompareCells(column.cells[a], column.cells[b], false);
          if (compared != 0) return compared < 0;
        }
        return false;
      });
    }
    return groups;
  }

  void CompareGroup(const std::vector<size_t>& engine,
                    const std::vector<size_t>& proven) {
    const size_t both = std::min(engine.size(), proven.size());
    for (size_t i = 0; i < both; ++i) CompareRow(engine[i], proven[i]);
    for (size_t i = both; i < engine.size(); ++i) {
      Add("row too many", report::RowKeyToJson(engine_, keys_, engine[i]), "", Json(),
          Json());
    }
    for (size_t i = both; i < proven.size(); ++i) {
      Add("row missing", report::RowKeyToJson(proven_, keys_, proven[i]), "", Json(),
          Json());
    }
  }

  void CompareRow(size_t engine, size_t proven) {
    for (size_t i = 0; i < proven_.columns.size(); ++i) {
      const Column& a = engine_.columns[i];
      const Column& b = proven_.columns[i];
      if (SameCell(a.cells[engine], b.cells[proven])) continue;
      Add("value", report::RowKeyToJson(proven_, keys_, proven), b.name,
          report::CellToJson(a, engine), report::CellToJson(b, proven));
    }
  }

  // Names the first row that stands where another one should. Rows of one key may change
  // places.
  void CompareOrder() {
    for (size_t row = 0; row < proven_.row_count(); ++row) {
      if (report::RowKeyText(engine_, keys_, row) ==
          report::RowKeyText(proven_, keys_, row)) {
        continue;
      }
      Add("order", report::RowKeyToJson(proven_, keys_, row), "", Json(),
          static_cast<int64_t>(row));
      return;
    }
  }

  const std::string_view part_;
  const Table& engine_;
  const Table& proven_;
  const std::vector<size_t>& keys_;
  Mismatches* out_;
};

}  // namespace

void Compare(std::string_view part, const Table& engine, const Table& proven,
             const std::vector<size_t>& key_columns, Mismatches* mismatches) {
  Comparison(part, engine, proven, key_columns, mismatches).Run();
}

absl::StatusOr<Json> Prove(const store::Snapshot& snapshot, const query::Plan& plan,
                           const query::QueryResult& answer,
                           const ProofOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const World world, LoadWorld(snapshot, options.load));
  const Json definition = DefinitionOf(plan);
  FOOTFALL_ASSIGN_OR_RETURN(const Run run, Prepare(world, definition, options.now_ms));
  FOOTFALL_ASSIGN_OR_RETURN(const Table proven, AnswerRun(run));
  Mismatches mismatches;
  Compare("rows", answer.rows, proven, report::KeyColumns(plan), &mismatches);
  if (const std::optional<Table> total = TotalOf(run); total.has_value()) {
    Compare("total", answer.total.value_or(Table()), *total, {}, &mismatches);
  }
  const auto from_store =
      std::count_if(run.people.begin(), run.people.end(),
                    [](const auto& person) { return person->from_store; });
  Json out = Json::MakeObject();
  out.Set("equal", mismatches.count == 0);
  out.Set("rows", static_cast<uint64_t>(answer.rows.row_count()));
  out.Set("proven_rows", static_cast<uint64_t>(proven.row_count()));
  out.Set("events", static_cast<uint64_t>(world.events().size()));
  out.Set("people", static_cast<uint64_t>(run.people.size()));
  out.Set("people_from_store", static_cast<int64_t>(from_store));
  out.Set("mismatch_count", mismatches.count);
  out.Set("mismatches", std::move(mismatches.named));
  return out;
}

}  // namespace footfall::prove
