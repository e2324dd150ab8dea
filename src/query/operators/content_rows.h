// What events of type content say: which action on what kind of content.
#ifndef FOOTFALL_QUERY_OPERATORS_CONTENT_ROWS_H_
#define FOOTFALL_QUERY_OPERATORS_CONTENT_ROWS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "query/value_pool.h"
#include "store/block.h"

namespace footfall::query {

// "course.started" is the action "started" on the kind "course". Without a '.' all of the
// name is the kind.
struct ContentAction {
  std::string_view kind;
  std::string_view action;
};
inline ContentAction SplitContentName(std::string_view name) {
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return {.kind = name, .action = ""};
  return {.kind = name.substr(0, dot), .action = name.substr(dot + 1)};
}

// Answers for each code of a column of names, computed once per block and code.
template <typename Answer>
class AnswersByCode {
 public:
  // `answer` is called with the text of a name; `none` stands for a missing one.
  void StartBlock(const store::BlockColumn& names, Answer none) {
    known_.assign(names.values.size() + 1, false);
    answers_.assign(names.values.size() + 1, none);
    known_[0] = true;
    names_ = &names;
  }
  template <typename Compute>
  const Answer& Of(uint32_t code, Compute compute) {
    if (!known_[code]) {
      known_[code] = true;
      answers_[code] = compute(names_->values[code].text);
    }
    return answers_[code];
  }

 private:
  const store::BlockColumn* names_ = nullptr;
  std::vector<bool> known_;
  std::vector<Answer> answers_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_CONTENT_ROWS_H_
