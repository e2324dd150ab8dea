// What Needs holds: fields and rules, resolved to columns of blocks. For the view of
// blocks and the driver alone.
#ifndef FOOTFALL_QUERY_NEEDS_H_
#define FOOTFALL_QUERY_NEEDS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "model/field.h"
#include "model/rule.h"
#include "model/rule_node.h"
#include "query/block_view.h"
#include "store/block.h"

namespace footfall::query {

enum class FieldOrigin { kEvent, kPerson, kSession };

FieldOrigin OriginOf(const model::Field& field);

// A column that an event's field may be read from. Where several have a value the first
// one counts: "properties.a.b" is the property of that name, else a member of the nested
// property "a".
struct FieldSourceColumn {
  size_t column = 0;  // Of the request.
  // The field is derived from the column's values: host and path of a url, members of
  // nested properties.
  bool derived = false;
  store::ColumnId id;
};

struct NeededField {
  model::Field field;
  FieldOrigin origin = FieldOrigin::kEvent;
  std::vector<FieldSourceColumn> sources;  // Of kEvent.
  size_t person_field = 0;                 // Of kPerson.
};

// A part of a rule.
struct NeededNode {
  const model::RuleNode* node = nullptr;
  size_t number = 0;  // Among all nodes.
  std::vector<NeededNode> children;
  // Of conditions.
  FieldOrigin origin = FieldOrigin::kEvent;
  FieldRef field = 0;           // Of kEvent and kSession.
  size_t person_condition = 0;  // Of kPerson.
};

struct Needs::Rep {
  size_t ColumnOf(const store::ColumnId& id);
  FieldRef FieldOf(const model::Field& field);
  NeededNode Compile(const model::RuleNode& node);

  std::vector<store::ColumnId> columns;
  std::vector<NeededField> fields;
  std::vector<model::Rule> rules;
  std::vector<NeededNode> compiled;  // One per rule.
  size_t nodes = 0;
  // Fields and conditions over people and accounts, answered in one visit of the people.
  std::vector<model::Field> person_fields;
  std::vector<const model::RuleNode*> person_conditions;
  std::optional<size_t> session_codes;  // Columns.
  std::optional<size_t> session_ids;
  std::optional<RuleRef> segment;
  bool people = false;
  bool names = false;
  bool accounts = false;
  bool people_out_of_range = false;
};

// The value of `field` that a source column's value gives; its text lives until the next
// call with `source`.
model::Value DeriveValue(const model::Field& field, const FieldSourceColumn& from,
                         const model::Value& value, model::FieldSource& source);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_NEEDS_H_
