// A page that changes at random, recorded as rrweb does it.
#ifndef FOOTFALL_TESTS_PRIVACY_RANDOM_PAGE_H_
#define FOOTFALL_TESTS_PRIVACY_RANDOM_PAGE_H_

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"

namespace footfall::capture {

// Elements of class rr-block come, go and move; every text is one word of its own.
class RandomPage {
 public:
  explicit RandomPage(uint32_t seed);

  // A full snapshot of the page as it is.
  std::string Snapshot();
  // Changes the page in some places and returns the mutation event.
  std::string Mutate();

  // The words that were recorded inside censored elements only, and the others.
  std::set<std::string> Secrets() const;
  const std::set<std::string>& benign() const { return benign_; }

  // The children of each element that is not inside a censored one, without those that
  // are hidden; a censored one has none.
  std::map<int64_t, std::vector<int64_t>> Shown() const;

 private:
  struct Node {
    int64_t parent = 0;
    bool text = false;
    std::string word;       // Of a text.
    bool blocked = false;   // Has the class now.
    bool censored = false;  // Ever had it.
    bool hidden = false;    // Was ever inside one that is censored.
    std::vector<int64_t> children;
  };

  // What a mutation changes, as rrweb's mutation buffer holds it.
  struct Changes {
    std::map<int64_t, int64_t> removed;  // The parent that it had, by id.
    std::set<int64_t> added;             // The tops only.
    std::set<int64_t> texts;
    std::set<int64_t> classes;
  };

  size_t Below(size_t bound) { return random_() % bound; }
  int64_t Pick(bool text);
  int64_t Create(int64_t parent, int depth);
  void Detach(int64_t id);
  void Attach(int64_t id, int64_t parent);
  bool IsInside(int64_t id, int64_t top) const;
  bool IsAttached(int64_t id) const { return IsInside(id, 1); }
  void Erase(int64_t id);
  void Change(Changes& changes);
  void Forget(int64_t id, bool inside);
  void Settle(int64_t id, bool inside);
  std::string NewWord();
  void Record(const Node& node);

  base::Json ToJson(int64_t id, bool with_children);
  void PushAdds(int64_t id, std::set<int64_t>& done, base::Json& adds);
  std::string Event(int type, base::Json data);

  std::mt19937 random_;
  std::map<int64_t, Node> nodes_;
  int64_t next_id_ = 1;
  int64_t time_ = 1763712000000;
  int words_ = 0;
  std::set<std::string> hidden_;
  std::set<std::string> benign_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_TESTS_PRIVACY_RANDOM_PAGE_H_
