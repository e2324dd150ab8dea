#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/policy.h"
#include "capture/policy_internal.h"
#include "capture/selector_cover.h"
#include "capture/vocabulary.h"

namespace footfall::capture {
namespace {

using Rules = std::vector<ElementRule>;

// Gathers findings in the order of the policy's documented keys.
class Linter {
 public:
  explicit Linter(const CompiledPolicy& policy) : policy_(policy) {}

  std::vector<LintFinding> Run() {
    Restrictions(policy_.censor, "$.censor");
    Restrictions(policy_.mask, "$.mask");
    Allowances(
        policy_.allow_values, "$.allow_values",
        "what people type or choose is recorded, and shown when a recording is played",
        "values of every field but sensitive ones are recorded, and shown when a "
        "recording is played; a field that no page marks as a password is not recognised "
        "as one");
    Allowances(
        policy_.allow_keystrokes, "$.allow_keystrokes",
        "single keystrokes are recorded, also those that were deleted again; recordings "
        "hold none under any policy",
        "keystrokes in every field but sensitive ones are recorded, also those that "
        "were deleted again; recordings hold none under any policy");
    if (policy_.text == TextMode::kAllow) {
      Discouraged("$.text",
                  "page text is not scanned for personal data, and recordings show all "
                  "of it");
    }
    BroadPatterns();
    Attributes();
    Properties();
    KeptQueries();
    for (size_t i = 0; i < policy_.custom_allow.size(); ++i) {
      Discouraged(Item("$.custom.allow", i),
                  "payloads of the page's own events are recorded, in recordings only");
    }
    for (size_t i = 0; i < policy_.asset_origins.size(); ++i) {
      Note(Item("$.assets.allow_origins", i),
           "files of another origin are copied into recordings");
    }
    Globs(policy_.exclude_urls, "$.exclude.urls");
    Globs(policy_.exclude_ips, "$.exclude.ip");
    if (policy_.censored_identity) {
      Note("$.censored_identity",
           "id and class of censored elements are recorded, of interactions only");
    }
    return std::move(findings_);
  }

 private:
  static std::string Item(const std::string& path, size_t i) {
    return path + "[" + std::to_string(i) + "]";
  }
  void Discouraged(std::string path, std::string message) {
    findings_.push_back({std::move(path), "discouraged", std::move(message)});
  }
  void Note(std::string path, std::string message) {
    findings_.push_back({std::move(path), "note", std::move(message)});
  }

  void Restrictions(const Rules& rules, const std::string& path) {
    for (size_t i = 0; i < rules.size(); ++i) {
      const std::string why = WhyNoElement(rules[i].selector);
      if (!why.empty()) {
        Note(Item(path, i), "never matches: " + why);
        continue;
      }
      const std::string unneeded = WhyUnneeded(rules, path, i);
      if (!unneeded.empty()) Note(Item(path, i), "adds nothing: " + unneeded);
      const std::string_view attribute = rules[i].selector.UnseenAttribute();
      if (!attribute.empty()) {
        Note(Item(path, i),
             "interaction events do not carry the attribute `" + std::string(attribute) +
                 "`: there the rule applies to every element that the rest of the "
                 "selector matches; in recordings it applies as it stands");
      }
    }
  }

  void Allowances(const Rules& rules, const std::string& path, const std::string& one,
                  const std::string& all) {
    for (size_t i = 0; i < rules.size(); ++i) {
      Discouraged(Item(path, i), rules[i].all ? all : one);
      const std::string why = rules[i].all ? "" : WhyNever(rules[i].selector);
      if (!why.empty()) {
        Note(Item(path, i), "never matches: " + why);
        continue;
      }
      const std::string unneeded = WhyUnneeded(rules, path, i);
      if (!unneeded.empty()) Note(Item(path, i), "adds nothing: " + unneeded);
      const std::string_view attribute = rules[i].selector.UnseenAttribute();
      if (!rules[i].all && !attribute.empty()) {
        Note(Item(path, i),
             "matches in recordings only: interaction events do not carry the attribute "
             "`" +
                 std::string(attribute) + "`");
      }
    }
  }

  static std::string WhyNoElement(const Selector& selector) {
    if (selector.WantsChildOfVoidElement()) {
      return "the element asked for cannot have children";
    }
    return Contradiction(selector);
  }

  static bool WantsSensitive(const Selector& selector) {
    const Selector::Compound& last = selector.compounds().back();
    for (const std::string& id : last.ids) {
      if (IsSecretName(id)) return true;
    }
    for (const Selector::Attribute& attribute : last.attributes) {
      const std::string_view value = attribute.value;
      if (attribute.name == "type" && value == "password") return true;
      if (attribute.name == "name" && IsSecretName(value)) return true;
      if (attribute.name == "autocomplete" && IsSecretAutocomplete(value)) return true;
    }
    return false;
  }

  // Of a rule that allows something.
  std::string WhyNever(const Selector& selector) const {
    if (WantsSensitive(selector)) return "sensitive fields are never recorded";
    if (selector.EndsWithAttribute("type", "hidden")) {
      return "what a hidden field holds is never recorded";
    }
    const std::string why = WhyNoElement(selector);
    if (!why.empty()) return why;
    std::string by = CoveredBy(policy_.censor, "$.censor", selector);
    if (!by.empty()) return by + " censors the same elements";
    by = CoveredBy(policy_.mask, "$.mask", selector);
    if (!by.empty()) return by + " masks the same elements";
    return "";
  }

  // The first of the rules, which hold for what is inside an element too, that covers the
  // selector.
  static std::string CoveredBy(const Rules& rules, const std::string& path,
                               const Selector& selector) {
    for (size_t i = 0; i < rules.size(); ++i) {
      if (Covers(rules[i].selector, selector, true)) return Item(path, i);
    }
    return "";
  }

  // Why the rules would be the same without the one at `index`.
  std::string WhyUnneeded(const Rules& rules, const std::string& path,
                          size_t index) const {
    const bool restricts = &rules == &policy_.censor || &rules == &policy_.mask;
    const ElementRule& rule = rules[index];
    for (size_t i = 0; i < rules.size(); ++i) {
      const ElementRule& other = rules[i];
      const bool same = rule.all == other.all && rule.selector == other.selector;
      if (i == index || (same && i > index)) continue;
      if (same) return "it is the same as " + Item(path, i);
      if (other.all) return Item(path, i) + " allows every field";
      if (!rule.all && Covers(other.selector, rule.selector, restricts)) {
        // Of two that cover each other, the first one stays.
        const bool mutual = Covers(rule.selector, other.selector, restricts);
        if (!mutual || i < index) return Item(path, i) + " covers it";
      }
    }
    if (&rules != &policy_.mask) return "";
    const std::string by = CoveredBy(policy_.censor, "$.censor", rule.selector);
    return by.empty() ? "" : by + " removes the same elements";
  }

  // Patterns hide only, so that none is discouraged; but one that matches a single
  // character of ordinary words leaves recordings nothing to show.
  void BroadPatterns() {
    constexpr std::string_view kWord = "Footfall";
    for (size_t i = 0; i < policy_.patterns.size(); ++i) {
      if (policy_.patterns[i].FindAll(kWord).empty()) continue;
      Note(Item("$.patterns", i), "matches in ordinary words, which are then masked");
    }
  }

  void Attributes() {
    const std::string path = "$.attributes.allow";
    for (size_t i = 0; i < policy_.attributes_allow.size(); ++i) {
      Discouraged(Item(path, i),
                  "the attribute's values are kept in recordings, whatever pages put "
                  "there");
      Repeated(policy_.attributes_allow, path, i);
    }
  }

  void Properties() {
    const std::string path = "$.properties.allow";
    for (size_t i = 0; i < policy_.properties_allow.size(); ++i) {
      Discouraged(Item(path, i),
                  IsSecretName(policy_.properties_allow[i])
                      ? "a property named like a secret is kept"
                      : "the property is kept without this rule; leave it out");
      Repeated(policy_.properties_allow, path, i);
    }
  }

  void KeptQueries() {
    for (size_t i = 0; i < policy_.url.keep_query.size(); ++i) {
      const std::string path = Item("$.url.keep_query", i);
      if (policy_.url.drop) {
        Note(path, "never applies: `url.drop` removes the whole URL");
      } else if (IsSecretName(policy_.url.keep_query[i])) {
        Note(path, "never applies: the name stands for a secret");
      } else {
        Discouraged(path,
                    "the parameter's value is recorded, whatever links put there, in "
                    "events and in the links of recordings");
        Repeated(policy_.url.keep_query, "$.url.keep_query", i);
      }
    }
  }

  void Repeated(const std::vector<std::string>& names, const std::string& path,
                size_t index) {
    const auto first = std::find(names.begin(), names.end(), names[index]);
    const auto i = static_cast<size_t>(first - names.begin());
    if (i < index)
      Note(Item(path, index), "adds nothing: it is the same as " + Item(path, i));
  }

  // A star is matched by a star only, so a glob that matches another one as a text
  // matches all that the other one does.
  void Globs(const std::vector<std::string>& globs, const std::string& path) {
    for (size_t i = 0; i < globs.size(); ++i) {
      for (size_t k = 0; k < globs.size(); ++k) {
        if (k == i || !GlobMatches(globs[k], globs[i])) continue;
        if (k > i && GlobMatches(globs[i], globs[k])) continue;
        Note(Item(path, i), "adds nothing: " + Item(path, k) + " covers it");
        break;
      }
    }
  }

  const CompiledPolicy& policy_;
  std::vector<LintFinding> findings_;
};

}  // namespace

std::vector<LintFinding> Policy::Lint() const { return Linter(*compiled_).Run(); }

}  // namespace footfall::capture
