#include "model/person.h"

#include "base/strings.h"

namespace footfall::model {
namespace {

// The part after the last @ when something stands on both sides of it.
std::string DomainOf(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return {};
  return base::FoldCase(text.substr(at + 1));
}

const std::string* StringAttribute(const Person& person, std::string_view key) {
  const AttributeValue* value = person.FindAttribute(key);
  return value == nullptr ? nullptr : std::get_if<std::string>(value);
}

}  // namespace

const AttributeValue* Person::FindAttribute(std::string_view key) const {
  const size_t slash = imported.empty() ? std::string_view::npos : key.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view integration = key.substr(0, slash);
    const std::string_view name = key.substr(slash + 1);
    for (const ImportedAttribute& attribute : imported) {
      if (attribute.name == name && attribute.integration == integration) {
        return &attribute.value;
      }
    }
  }
  for (const auto& [name, value] : attributes) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string AccountOf(const Person& person, std::string_view account_property) {
  if (!account_property.empty()) {
    const std::string* account = StringAttribute(person, account_property);
    if (account != nullptr && !account->empty()) return *account;
  }
  if (!person.identified) return {};
  if (std::string domain = DomainOf(person.id); !domain.empty()) return domain;
  const std::string* email = StringAttribute(person, "email");
  return email == nullptr ? std::string() : DomainOf(*email);
}

}  // namespace footfall::model
