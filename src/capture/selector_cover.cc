#include "capture/selector_cover.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace footfall::capture {
namespace {

using Attribute = Selector::Attribute;
using Compound = Selector::Compound;

template <typename T>
bool Holds(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool HasAttribute(const Compound& compound, const Attribute& wanted) {
  return std::any_of(compound.attributes.begin(), compound.attributes.end(),
                     [&](const Attribute& attribute) {
                       return attribute == wanted ||
                              (!wanted.has_value && attribute.name == wanted.name);
                     });
}

// True when whatever matches `narrow` matches `wide`.
bool Implies(const Compound& narrow, const Compound& wide) {
  if (!wide.tag.empty() && wide.tag != narrow.tag) return false;
  return std::all_of(wide.ids.begin(), wide.ids.end(),
                     [&](const std::string& id) { return Holds(narrow.ids, id); }) &&
         std::all_of(
             wide.classes.begin(), wide.classes.end(),
             [&](const std::string& name) { return Holds(narrow.classes, name); }) &&
         std::all_of(
             wide.attributes.begin(), wide.attributes.end(),
             [&](const Attribute& attribute) { return HasAttribute(narrow, attribute); });
}

// True when the first `wide_size` compounds of `wide` hold of the elements that the first
// `narrow_size` of `narrow` stand for, the last of the one for the last of the other.
bool ChainHolds(const std::vector<Compound>& wide, size_t wide_size,
                const std::vector<Compound>& narrow, size_t narrow_size) {
  const Compound& last = wide[wide_size - 1];
  if (!Implies(narrow[narrow_size - 1], last)) return false;
  if (wide_size == 1) return true;
  if (last.child) {
    return narrow_size > 1 && narrow[narrow_size - 1].child &&
           ChainHolds(wide, wide_size - 1, narrow, narrow_size - 1);
  }
  for (size_t size = narrow_size - 1; size > 0; --size) {
    if (ChainHolds(wide, wide_size - 1, narrow, size)) return true;
  }
  return false;
}

}  // namespace

std::string Contradiction(const Selector& selector) {
  for (const Compound& compound : selector.compounds()) {
    for (const std::string& id : compound.ids) {
      if (id != compound.ids.front()) return "an element has one id only";
    }
    for (const Attribute& one : compound.attributes) {
      for (const Attribute& other : compound.attributes) {
        if (one.has_value && other.has_value && one.name == other.name &&
            one.value != other.value) {
          return "an attribute has one value only";
        }
      }
      if (one.has_value && one.name == "id" && !compound.ids.empty() &&
          one.value != compound.ids.front()) {
        return "an element has one id only";
      }
    }
  }
  return "";
}

bool Covers(const Selector& wide, const Selector& narrow, bool or_inside) {
  const std::vector<Compound>& wider = wide.compounds();
  const std::vector<Compound>& narrower = narrow.compounds();
  if (wider.empty() || narrower.empty()) return false;
  for (size_t size = narrower.size(); size > 0; --size) {
    if (ChainHolds(wider, wider.size(), narrower, size)) return true;
    if (!or_inside) return false;
  }
  return false;
}

}  // namespace footfall::capture
