// A page for tests of PageTree, built node by node.
#ifndef FOOTFALL_TESTS_CAPTURE_PAGE_TREE_TEST_UTIL_H_
#define FOOTFALL_TESTS_CAPTURE_PAGE_TREE_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "capture/page_tree.h"
#include "capture/policy.h"

namespace footfall::capture {

using Ref = PageTree::Ref;
using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// A page with a document (1) and a body (2).
class Page {
 public:
  explicit Page(std::string_view policy = "{}") : policy_(Parse(policy)) { Start(); }

  static Policy Parse(std::string_view json) {
    Policy policy;
    PolicyError error;
    EXPECT_TRUE(Policy::Parse(json, policy, error)) << error.message;
    return policy;
  }

  void Start() {
    tree.Insert(1, NodeKind::kDocument, PageTree::kNone, PageTree::kNone, false);
    Add(2, 1, "body");
    next_id = 3;
  }

  Ref Add(int32_t id, int32_t parent, std::string_view tag, Attributes attributes = {},
          bool shadow = false) {
    const Ref ref =
        tree.Insert(id, NodeKind::kElement, tree.Find(parent), PageTree::kNone, shadow);
    tree.SetTag(ref, tag);
    for (const auto& [name, value] : attributes) tree.SetAttribute(ref, name, value);
    tree.Judge(ref);
    return ref;
  }
  // In the body, or inside `parent`; the new node's id.
  int32_t Put(std::string_view tag, Attributes attributes = {}, int32_t parent = 2) {
    Add(next_id, parent, tag, attributes);
    return next_id++;
  }
  int32_t Text(int32_t parent) {
    tree.Insert(next_id, NodeKind::kText, tree.Find(parent), PageTree::kNone, false);
    return next_id++;
  }
  uint32_t Set(int32_t id, std::string_view name, std::string_view value) {
    tree.SetAttribute(tree.Find(id), name, value);
    return tree.Judge(tree.Find(id));
  }
  uint32_t Unset(int32_t id, std::string_view name) {
    tree.RemoveAttribute(tree.Find(id), name);
    return tree.Judge(tree.Find(id));
  }
  void Remove(int32_t id) { tree.Remove(tree.Find(id)); }
  bool Is(int32_t id, uint32_t flags) const {
    return (tree.flags(tree.Find(id)) & flags) == flags;
  }
  bool Sensitive(std::string_view tag, Attributes attributes) {
    return Is(Put(tag, attributes), kNodeSensitive);
  }

 private:
  Policy policy_;

 public:
  PageTree tree{policy_.compiled()};
  int32_t next_id = 3;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_TESTS_CAPTURE_PAGE_TREE_TEST_UTIL_H_
