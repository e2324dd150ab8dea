#include "capture/page_rules.h"

#include <algorithm>

#include "capture/hash.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

constexpr uint32_t kFirstFreeHash = 16;  // Below it are the names of marks.

uint32_t Fold(uint64_t hash) {
  const uint32_t folded = static_cast<uint32_t>(hash ^ (hash >> 32));
  return folded < kFirstFreeHash ? folded + kFirstFreeHash : folded;
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool HasUpper(std::string_view text) {
  uint64_t capitals = 0;
  ForEachWord(text, [&capitals](uint64_t word) { capitals |= Capitals(word); });
  return capitals != 0;
}

}  // namespace

uint32_t HashName(std::string_view name) {
  if (!HasUpper(name)) return Fold(HashBytes(name));
  std::string lower(name);
  for (char& c : lower) {
    if (IsUpper(c)) c = static_cast<char>(c | 0x20);
  }
  return Fold(HashBytes(lower));
}

uint32_t HashValue(std::string_view value) { return Fold(HashBytes(value)); }

MarkCompound::MarkCompound(const Selector::Compound& compound)
    : tag_(compound.tag.empty() ? 0 : HashName(compound.tag)), child_(compound.child) {
  for (const std::string& id : compound.ids) {
    marks_.push_back(MakeMark(kIdMark, HashValue(id)));
  }
  for (const std::string& name : compound.classes) {
    marks_.push_back(MakeMark(kClassMark, HashValue(name)));
  }
  for (const Selector::Attribute& attribute : compound.attributes) {
    Test test;
    if (attribute.name == "id") {
      test.name = kIdMark;
    } else if (attribute.name == "class") {
      test.name = attribute.has_value ? kClassesMark : kClassMark;
    } else {
      test.name = HashName(attribute.name);
    }
    if (attribute.has_value) {
      // HTML compares the value of `type` without regard to case.
      test.value = attribute.name == "type" ? HashName(attribute.value)
                                            : HashValue(attribute.value);
    }
    tests_.push_back(test);
  }
}

bool MarkCompound::Holds(const Test& test, const MarkedNode& node,
                         Unknown unknown) const {
  bool present = false;
  for (size_t i = 0; i < node.count; ++i) {
    const Mark mark = node.marks[i];
    const bool classes = test.name == kClassesMark && NameOf(mark) == kClassMark;
    if (NameOf(mark) != test.name && !classes) continue;
    if (test.value == 0 || (!classes && ValueOf(mark) == test.value)) return true;
    if (!classes && ValueOf(mark) != 0) return false;
    present = true;
  }
  return present && unknown == Unknown::kMatches;
}

bool MarkCompound::Matches(const MarkedNode& node, Unknown unknown) const {
  if (tag_ != 0 && tag_ != node.tag) return false;
  if (node.more && unknown == Unknown::kMatches) return true;
  return std::all_of(marks_.begin(), marks_.end(),
                     [&node](Mark mark) { return node.Has(mark); }) &&
         std::all_of(tests_.begin(), tests_.end(),
                     [&](const Test& test) { return Holds(test, node, unknown); });
}

void PutNumber(std::string& out, uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

bool TakeNumber(std::string_view& bytes, uint64_t& number) {
  number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) return false;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

void MarkCompound::Save(std::string& out) const {
  PutNumber(out, tag_);
  PutNumber(out, marks_.size());
  for (const Mark mark : marks_) PutNumber(out, mark);
  PutNumber(out, tests_.size());
  for (const Test& test : tests_) PutNumber(out, MakeMark(test.name, test.value));
}

bool MarkCompound::Restore(std::string_view& bytes) {
  uint64_t tag = 0;
  uint64_t count = 0;
  uint64_t number = 0;
  if (!TakeNumber(bytes, tag) || tag > UINT32_MAX) return false;
  tag_ = static_cast<uint32_t>(tag);
  if (!TakeNumber(bytes, count)) return false;
  for (; count > 0; --count) {
    if (!TakeNumber(bytes, number)) return false;
    marks_.push_back(number);
  }
  if (!TakeNumber(bytes, count)) return false;
  for (; count > 0; --count) {
    if (!TakeNumber(bytes, number)) return false;
    tests_.push_back({NameOf(number), ValueOf(number)});
  }
  return true;
}

PageRules::PageRules(const CompiledPolicy& policy) {
  Add(policy.censor, kCensorMatch);
  Add(policy.mask, kMaskMatch);
  Add(policy.allow_values, kValueMatch);
  Add(policy.allow_keystrokes, kKeysMatch);
  std::sort(valued_names_.begin(), valued_names_.end());
  for (const Compiled& rule : rules_) {
    for (size_t i = 0; i + 1 < rule.compounds.size(); ++i) {
      rule.compounds[i].ForEachName([this](uint32_t name) {
        outward_names_.push_back(name == kClassesMark ? kClassMark : name);
      });
    }
  }
  std::sort(outward_names_.begin(), outward_names_.end());
}

void PageRules::Add(const std::vector<ElementRule>& rules, uint8_t match) {
  for (const ElementRule& rule : rules) {
    if (rule.all) {
      always_ |= match;
      continue;
    }
    Compiled compiled;
    compiled.match = match;
    for (const Selector::Compound& compound : rule.selector.compounds()) {
      compiled.compounds.emplace_back(compound);
      for (const Selector::Attribute& attribute : compound.attributes) {
        if (!attribute.has_value) continue;
        valued_names_.push_back(attribute.name == "class" ? kClassesMark
                                                          : HashName(attribute.name));
      }
    }
    if (!compiled.compounds.empty()) rules_.push_back(std::move(compiled));
  }
}

bool PageRules::KeepsValue(uint32_t name) const {
  return std::binary_search(valued_names_.begin(), valued_names_.end(), name);
}

bool PageRules::LooksOutward(uint32_t name) const {
  return std::binary_search(outward_names_.begin(), outward_names_.end(), name);
}

bool PageRules::MatchesChain(const Compiled& rule, const std::vector<MarkedNode>& nodes) {
  // As in Selector::Matches: bit k of `at` says that compounds 0..k match with k at the
  // current node; `above` gathers the bits of all nodes further out.
  uint64_t at = 0;
  uint64_t above = 0;
  const size_t count = rule.compounds.size();
  for (const MarkedNode& node : nodes) {
    const uint64_t parent = at;
    at = 0;
    for (size_t k = 0; k < count; ++k) {
      const MarkCompound& compound = rule.compounds[k];
      const uint64_t before =
          k == 0 ? 1 : (compound.child() ? parent : above) >> (k - 1) & 1;
      if (before != 0 && compound.Matches(node, rule.unknown())) at |= uint64_t{1} << k;
    }
    above |= at;
  }
  return (at >> (count - 1) & 1) != 0;
}

}  // namespace footfall::capture
