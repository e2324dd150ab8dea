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
