#include "query/needs.h"

#include <algorithm>
#include <string>
#include <utility>

namespace footfall::query {
namespace {

using model::FieldKind;
using store::ColumnKind;

// The column that holds a field of an event as it is.
ColumnKind KindOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kEventType:
      return ColumnKind::kType;
    case FieldKind::kEventUrl:
    case FieldKind::kEventHost:
    case FieldKind::kEventPath:
      return ColumnKind::kUrl;
    case FieldKind::kEventTitle:
      return ColumnKind::kTitle;
    case FieldKind::kElementTag:
      return ColumnKind::kElementTag;
    case FieldKind::kElementId:
      return ColumnKind::kElementId;
    case FieldKind::kElementClass:
      return ColumnKind::kElementClass;
    case FieldKind::kElementType:
      return ColumnKind::kElementType;
    case FieldKind::kElementName:
      return ColumnKind::kElementName;
    case FieldKind::kElementText:
      return ColumnKind::kElementText;
    case FieldKind::kElementLabel:
      return ColumnKind::kElementLabel;
    case FieldKind::kElementValue:
      return ColumnKind::kElementValue;
    case FieldKind::kElementAutocomplete:
      return ColumnKind::kElementAutocomplete;
    case FieldKind::kProperty:
      return ColumnKind::kProperty;
    case FieldKind::kContextCountry:
      return ColumnKind::kContextCountry;
    case FieldKind::kContextRegion:
      return ColumnKind::kContextRegion;
    case FieldKind::kContextCity:
      return ColumnKind::kContextCity;
    case FieldKind::kContextBrowser:
      return ColumnKind::kContextBrowser;
    case FieldKind::kContextBrowserVersion:
      return ColumnKind::kContextBrowserVersion;
    case FieldKind::kContextOs:
      return ColumnKind::kContextOs;
    case FieldKind::kContextOsVersion:
      return ColumnKind::kContextOsVersion;
    case FieldKind::kContextDevice:
      return ColumnKind::kContextDevice;
    case FieldKind::kContextHttps:
      return ColumnKind::kContextHttps;
    case FieldKind::kApp:
      return ColumnKind::kApp;
    case FieldKind::kEnvironment:
      return ColumnKind::kEnvironment;
    default:
      return ColumnKind::kName;
  }
}

std::vector<store::ColumnId> ColumnsOf(const model::Field& field) {
  std::vector<store::ColumnId> ids;
  ids.push_back({KindOf(field.kind()), field.key()});
  if (field.kind() != FieldKind::kProperty) return ids;
  const std::string& key = field.key();
  for (size_t dot = key.rfind('.'); dot != std::string::npos && dot > 0;
       dot = key.rfind('.', dot - 1)) {
    ids.push_back({ColumnKind::kProperty, key.substr(0, dot)});
  }
  return ids;
}

}  // namespace

FieldOrigin OriginOf(const model::Field& field) {
  if (field.is_person() || field.kind() == FieldKind::kAccount) {
    return FieldOrigin::kPerson;
  }
  return field.is_session() ? FieldOrigin::kSession : FieldOrigin::kEvent;
}

Needs::Needs() : rep_(std::make_unique<Rep>()) {}
Needs::~Needs() = default;

RuleRef Needs::AddRule(const model::Rule& rule) {
  for (size_t i = 0; i < rep_->rules.size(); ++i) {
    if (rep_->rules[i].ToJson() == rule.ToJson()) return i;
  }
  rep_->rules.push_back(rule);
  // The copy shares the nodes, so that they live as long as the needs.
  rep_->compiled.push_back(rep_->Compile(rule.root()));
  return rep_->rules.size() - 1;
}

FieldRef Needs::AddField(const model::Field& field) {
  const FieldRef ref = rep_->FieldOf(field);
  if (rep_->fields[ref].origin == FieldOrigin::kSession) AddSessions();
  if (field.kind() == FieldKind::kSessionId) AddSessionIds();
  return ref;
}

void Needs::AddSessions() {
  rep_->session_codes = rep_->ColumnOf({store::ColumnKind::kSessionCode, ""});
}

void Needs::AddSessionIds() {
  AddSessions();
  rep_->session_ids = rep_->ColumnOf({store::ColumnKind::kSession, ""});
  AddPersonNames();
}

void Needs::AddPeople() { rep_->people = true; }
void Needs::AddPersonNames() { rep_->names = true; }
void Needs::AddAccounts() { rep_->accounts = true; }
void Needs::AddPeopleOutOfRange() { rep_->people_out_of_range = true; }

size_t Needs::Rep::ColumnOf(const store::ColumnId& id) {
  const auto found = std::find(columns.begin(), columns.end(), id);
  if (found != columns.end()) return found - columns.begin();
  columns.push_back(id);
  return columns.size() - 1;
}

FieldRef Needs::Rep::FieldOf(const model::Field& field) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].field.name() == field.name()) return i;
  }
  NeededField needed{.field = field, .origin = OriginOf(field)};
  if (needed.origin == FieldOrigin::kPerson) {
    needed.person_field = person_fields.size();
    person_fields.push_back(field);
  } else if (needed.origin == FieldOrigin::kEvent) {
    for (const store::ColumnId& id : ColumnsOf(field)) {
      const bool derived = field.kind() == FieldKind::kEventHost ||
                           field.kind() == FieldKind::kEventPath ||
                           !needed.sources.empty();
      needed.sources.push_back({ColumnOf(id), derived, id});
    }
  }
  fields.push_back(std::move(needed));
  return fields.size() - 1;
}

NeededNode Needs::Rep::Compile(const model::RuleNode& node) {
  NeededNode compiled{.node = &node, .number = nodes++};
  for (const model::RuleNode& child : node.children) {
    compiled.children.push_back(Compile(child));
  }
  if (node.kind != model::RuleNode::Kind::kCondition) return compiled;
  compiled.origin = OriginOf(node.field);
  if (compiled.origin == FieldOrigin::kPerson) {
    compiled.person_condition = person_conditions.size();
    person_conditions.push_back(&node);
    return compiled;
  }
  compiled.field = FieldOf(node.field);
  if (compiled.origin == FieldOrigin::kSession) {
    session_codes = ColumnOf({ColumnKind::kSessionCode, ""});
    if (node.field.kind() == FieldKind::kSessionId) {
      session_ids = ColumnOf({ColumnKind::kSession, ""});
      names = true;
    }
  }
  return compiled;
}

model::Value DeriveValue(const model::Field& field, const FieldSourceColumn& from,
                         const model::Value& value, model::FieldSource& source) {
  if (!from.derived) return value;
  if (value.is_missing()) return value;
  // An event with nothing but that value says what the field makes of it.
  model::Event event;
  const model::Property property{from.id.key, value};
  if (from.id.kind == ColumnKind::kUrl) {
    event.url = value.text;
  } else {
    event.properties = {&property, 1};
  }
  source.event = &event;
  const model::Value derived = model::ReadField(field, source);
  source.event = nullptr;
  return derived;
}

}  // namespace footfall::query
