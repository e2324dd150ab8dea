#include "capture/policy.h"

#include <algorithm>
#include <cstddef>

#include "capture/policy_internal.h"
#include "capture/vocabulary.h"

namespace footfall::capture {
namespace {

// Gathers findings in the order of the policy's documented keys.
class Linter {
 public:
  explicit Linter(const CompiledPolicy& policy) : policy_(policy) {}

  std::vector<LintFinding> Run() {
    Restrictions(policy_.censor, "$.censor");
    Restrictions(policy_.mask, "$.mask");
    Allowances(
        policy_.allow_values, "$.allow_values", "what people type or choose is recorded",
        "values of every field but sensitive ones are recorded; a field that no page "
        "marks as a password is not recognised as one");
    Allowances(
        policy_.allow_keystrokes, "$.allow_keystrokes",
        "single keystrokes are recorded, also those that were deleted again",
        "keystrokes in every field but sensitive ones are recorded, also those that "
        "were deleted again");
    if (policy_.text == TextMode::kAllow) {
      Discouraged("$.text", "page text is not scanned for personal data");
    }
    for (size_t i = 0; i < policy_.attributes_allow.size(); ++i) {
      Discouraged(Item("$.attributes.allow", i),
                  "the attribute's values are recorded, whatever pages put there");
    }
    for (size_t i = 0; i < policy_.properties_allow.size(); ++i) {
      Discouraged(Item("$.properties.allow", i),
                  IsSecretName(policy_.properties_allow[i])
                      ? "a property named like a secret is kept"
                      : "the property is kept without this rule; leave it out");
    }
    KeptQueries();
    for (size_t i = 0; i < policy_.custom_allow.size(); ++i) {
      Discouraged(Item("$.custom.allow", i),
                  "payloads of the page's own events are recorded");
    }
    for (size_t i = 0; i < policy_.asset_origins.size(); ++i) {
      Note(Item("$.assets.allow_origins", i), "files of another origin are copied");
    }
    if (policy_.censored_identity) {
      Note("$.censored_identity", "id and class of censored elements are recorded");
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

  void Restrictions(const std::vector<ElementRule>& rules, const std::string& path) {
    for (size_t i = 0; i < rules.size(); ++i) {
      const Selector& selector = rules[i].selector;
      if (selector.WantsChildOfVoidElement()) {
        Note(Item(path, i), "never matches: the element asked for cannot have children");
      } else if (!selector.UnseenAttribute().empty()) {
        Note(Item(path, i), "interaction events do not carry the attribute `" +
                                std::string(selector.UnseenAttribute()) +
                                "`: there the rule applies to every element that the "
                                "rest of the selector "
                                "matches");
      }
    }
  }

  void Allowances(const std::vector<ElementRule>& rules, const std::string& path,
                  const std::string& one, const std::string& all) {
    for (size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].all) {
        Discouraged(Item(path, i), all);
        continue;
      }
      Discouraged(Item(path, i), one);
      const std::string why = WhyNever(rules[i].selector);
      if (!why.empty()) Note(Item(path, i), "never matches: " + why);
    }
  }

  std::string WhyNever(const Selector& selector) const {
    std::string id;
    if (selector.EndsWithAttribute("type", "password") ||
        (selector.EndsWithId(&id) && IsSecretName(id))) {
      return "sensitive fields are never recorded";
    }
    if (selector.WantsChildOfVoidElement()) {
      return "the element asked for cannot have children";
    }
    if (!selector.UnseenAttribute().empty()) {
      return "interaction events do not carry the attribute `" +
             std::string(selector.UnseenAttribute()) + "`";
    }
    const auto same = [&](const ElementRule& rule) { return rule.selector == selector; };
    if (std::any_of(policy_.censor.begin(), policy_.censor.end(), same)) {
      return "the same elements are censored";
    }
    if (std::any_of(policy_.mask.begin(), policy_.mask.end(), same)) {
      return "the same elements are masked";
    }
    return "";
  }

  void KeptQueries() {
    for (size_t i = 0; i < policy_.url.keep_query.size(); ++i) {
      const std::string path = Item("$.url.keep_query", i);
      if (policy_.url.drop) {
        Note(path, "never applies: `url.drop` removes the whole URL");
      } else if (IsSecretName(policy_.url.keep_query[i])) {
        Note(path, "never applies: the name stands for a secret");
      } else {
        Discouraged(path, "the parameter's value is recorded, whatever links put there");
      }
    }
  }

  const CompiledPolicy& policy_;
  std::vector<LintFinding> findings_;
};

}  // namespace

Policy::Policy() : compiled_(std::make_shared<const CompiledPolicy>()) {}

std::vector<LintFinding> Policy::Lint() const { return Linter(*compiled_).Run(); }

}  // namespace footfall::capture
