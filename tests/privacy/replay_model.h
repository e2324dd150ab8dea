// What rrweb's replayer does with a recording's tree, to find what it would warn of.
#ifndef FOOTFALL_TESTS_PRIVACY_REPLAY_MODEL_H_
#define FOOTFALL_TESTS_PRIVACY_REPLAY_MODEL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace footfall::capture {

class ReplayModel {
 public:
  struct Node {
    int64_t parent = 0;
    int64_t type = 0;
    std::string tag;
    std::string text;
    base::Json attributes = base::Json::MakeObject();
    std::vector<int64_t> children;
  };

  // Applies one event. Returns what the replayer would warn of or fail at; empty when all
  // is well.
  std::string Apply(const base::Json& event);

  // Null when there is none.
  const Node* Find(int64_t id) const;

 private:
  void ApplySnapshot(const base::Json& data);
  void ApplyIncremental(const base::Json& data);
  void ApplyMutation(const base::Json& data);
  void ApplyRemoves(const base::Json::Array& removes);
  void ApplyAdds(const base::Json::Array& adds);
  bool Add(const base::Json& add);
  void ApplyAttributes(const base::Json& change);
  void Build(const base::Json& json, int64_t parent, int64_t next);
  void Drop(int64_t id);
  void CheckNode(const base::Json& json);
  void CheckAttributes(const base::Json* attributes, bool may_remove);
  void CheckRanges(const base::Json& data);

  // The member `key`, an id that has to be in the tree.
  void CheckId(const base::Json& json, const char* key);
  // An array member; a problem and an empty one when it is something else.
  base::Json::Array List(const base::Json& json, const char* key);
  void Problem(const std::string& text);

  std::map<int64_t, Node> nodes_;
  std::string problem_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_TESTS_PRIVACY_REPLAY_MODEL_H_
