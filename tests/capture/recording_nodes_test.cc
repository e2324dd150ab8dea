// Nodes that are written as rrweb writes them are read in a way of their own, which has
// to tell the same as reading them like any other JSON.
#include "capture/recording_nodes.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "capture/json_index.h"
#include "capture/recording_event.h"

namespace footfall::capture {
namespace {

constexpr int kDepthMax = 16;

// Both ways of reading one text, which outlives it.
struct BothWays {
  explicit BothWays(std::string_view json) : text(json) {
    text.append(simdjson::SIMDJSON_PADDING, ' ');
    const std::string_view view(text.data(), json.size());
    nodes.Begin();
    plain_ok = plain.Build(view, kDepthMax, plain_defect, &nodes);
    other_ok = other.Build(view, kDepthMax, other_defect);
  }

  std::string text;
  RecordingNodes nodes;
  JsonIndex plain;
  JsonIndex other;
  JsonIndex::Defect plain_defect;
  JsonIndex::Defect other_defect;
  bool plain_ok = false;
  bool other_ok = false;
};

void ExpectSameNode(const NodeTokens& plain, const NodeTokens& other) {
  EXPECT_EQ(plain.token, other.token);
  ASSERT_EQ(plain.valid, other.valid);
  if (!plain.valid) return;
  EXPECT_EQ(plain.shadow, other.shadow);
  EXPECT_EQ(plain.id, other.id);
  EXPECT_EQ(plain.kind, other.kind);
  EXPECT_EQ(plain.tag, other.tag);
  EXPECT_EQ(plain.attributes, other.attributes);
  EXPECT_EQ(plain.children, other.children);
  EXPECT_EQ(plain.text, other.text);
}

void ExpectSameAdd(const BothWays& ways, const AddTokens& add, JsonIndex::Token token) {
  int32_t id = 0;
  EXPECT_TRUE(FindId(ways.other, token, "parentId", id));
  EXPECT_EQ(add.parent_id, id);
  EXPECT_EQ(add.next, FindMember(ways.other, token, "nextId"));
  EXPECT_EQ(add.next_id, FindId(ways.other, token, "nextId", id) ? id : 0);
  EXPECT_EQ(add.node, FindMember(ways.other, token, "node"));
  size_t members = 0;
  for (Members m(ways.other, token); m.Next();) ++members;
  EXPECT_EQ(members, 3u);
}

// A solid node holds what its children say, with nothing else among them.
void ExpectSameInside(const BothWays& ways, RecordingNodes::Number number) {
  const NodeTokens& node = ways.nodes.node(number);
  if (!node.solid) return;
  EXPECT_EQ(node.begin_byte, ways.other.begin(node.token));
  EXPECT_EQ(node.end_byte, ways.other.end(node.token));
  std::vector<JsonIndex::Token> inside;
  ways.nodes.ForEachInside(node, [&](const NodeTokens& child) {
    EXPECT_TRUE(child.solid);
    inside.push_back(child.token);
  });
  std::vector<JsonIndex::Token> children;
  if (node.children != kAbsent) {
    for (Elements e(ways.other, node.children); e.Next();) children.push_back(e.value());
  }
  EXPECT_EQ(inside, children);
}

// Returns how many objects were recognised.
size_t ExpectSame(std::string_view json) {
  SCOPED_TRACE(json);
  BothWays ways(json);
  EXPECT_EQ(ways.plain_ok, ways.other_ok);
  EXPECT_STREQ(ways.plain_defect.reason, ways.other_defect.reason);
  EXPECT_EQ(ways.plain_defect.byte, ways.other_defect.byte);
  EXPECT_EQ(ways.plain_defect.path, ways.other_defect.path);
  if (!ways.plain_ok || !ways.other_ok) return 0;
  size_t recognised = 0;
  for (JsonIndex::Token t = 0; t < ways.plain.token_count(); ++t) {
    const char kind = ways.plain.kind(t);
    if (kind != '{' && kind != '[') continue;
    EXPECT_EQ(ways.plain.close(t), ways.other.close(t));
    if (kind != '{') continue;
    recognised += ways.plain.shape(t).kind != JsonIndex::Shape::Kind::kOther;
    const AddTokens* const add = ways.nodes.PlainAdd(ways.plain, t);
    const NodeTokens other(ways.other, t);
    if (add != nullptr) {
      ExpectSameAdd(ways, *add, t);
      EXPECT_FALSE(other.valid);
      EXPECT_EQ(ways.nodes.Read(ways.plain, t), 0u);
      continue;
    }
    const RecordingNodes::Number number = ways.nodes.Read(ways.plain, t);
    ExpectSameNode(ways.nodes.node(number), other);
    EXPECT_EQ(&ways.nodes.At(ways.plain, t), &ways.nodes.node(number));
    ExpectSameInside(ways, number);
  }
  return recognised;
}

constexpr std::string_view kEvent =
    R"({"type":3,"data":{"source":0,"texts":[],"adds":[{"parentId":4,"nextId":null,)"
    R"("node":{"type":2,"tagName":"svg","attributes":{"class":"a b","width":7},)"
    R"("childNodes":[{"type":3,"textContent":"\n  ","id":8},{"type":2,"tagName":"g",)"
    R"("attributes":{},"childNodes":[],"isSVG":true,"id":9}],"id":7}},{"parentId":7,)"
    R"("nextId":8,"node":{"type":3,"textContent":"so \"it\" is","id":10}}]},)"
    R"("timestamp":5})";

TEST(RecordingNodesTest, RecognisesWhatRrwebWrites) {
  EXPECT_EQ(ExpectSame(kEvent), 6u);
  const BothWays ways(kEvent);
  EXPECT_FALSE(ways.nodes.node(0).valid);
  const NodeTokens& svg = ways.nodes.node(1);
  EXPECT_TRUE(svg.plain);
  EXPECT_TRUE(svg.solid);
  EXPECT_EQ(svg.end, 4u);
  EXPECT_NE(svg.head, HeadCache::kNone);
  EXPECT_TRUE(ways.nodes.node(2).blank);
  EXPECT_FALSE(ways.nodes.node(4).blank);
}

TEST(RecordingNodesTest, TellsWhiteSpaceOfAnySize) {
  const auto blank = [](const std::string& text) {
    std::string json = R"({"type":3,"textContent":")";
    json.append(text).append(R"(","id":8})");
    const BothWays ways(json);
    EXPECT_TRUE(ways.plain_ok && ways.nodes.node(1).plain) << text;
    return ways.nodes.node(1).blank;
  };
  for (size_t size = 0; size <= 50; ++size) {
    const std::string spaces(size, ' ');
    EXPECT_TRUE(blank(spaces)) << size;
    EXPECT_TRUE(blank(std::string("\\n").append(spaces))) << size;
    EXPECT_TRUE(blank(spaces + "\\t\\r\\n")) << size;
    for (size_t at = 0; at < size; ++at) {
      std::string text = spaces;
      text[at] = 'x';
      EXPECT_FALSE(blank(text)) << size << " " << at;
      EXPECT_FALSE(blank(std::string("\\n").append(text))) << size << " " << at;
    }
  }
}

// What stands among the children and is no plain node must not be passed over.
TEST(RecordingNodesTest, NodesWithOthersInsideAreNotSolid) {
  constexpr std::string_view kOthers[] = {
      "1",
      "{}",
      "[]",
      R"({"type":5,"textContent":"a","id":2})",
      R"({"type":3,"textContent":"a","id":0})",
      R"({"type":2,"tagName":"p","attributes":{},"childNodes":[],"id":0})",
      R"({"type":2,"tagName":"p","attributes":{},"childNodes":[],"id":2,"a":1})",
      R"({"type":2,"tagName":"p","attributes":{"a":[]},"childNodes":[],"id":2})",
      R"({"type":2,"tagName":"p","attributes":{},"childNodes":[7],"id":2})",
      R"({"parentId":1,"nextId":2,"node":{"type":3,"textContent":"a","id":2}})"};
  for (const std::string_view other : kOthers) {
    for (const std::string_view before :
         {"", R"({"type":3,"textContent":"a","id":8},)"}) {
      std::string json = R"({"type":2,"tagName":"p","attributes":{},"childNodes":[)";
      json.append(before).append(other).append(R"(],"id":9})");
      EXPECT_GT(ExpectSame(json), 0u);
      const BothWays ways(json);
      ASSERT_TRUE(ways.plain_ok);
      EXPECT_TRUE(ways.nodes.node(1).plain);
      EXPECT_FALSE(ways.nodes.node(1).solid) << json;
    }
  }
}

TEST(RecordingNodesTest, ReadsOtherSpellingsAlike) {
  struct Spelling {
    const char* json;
    size_t recognised;
  };
  constexpr Spelling kSpellings[] = {
      {R"({"type":3,"textContent":"a","id":1})", 1},
      {R"({"type":3,"textContent":"","id":123456789})", 1},
      {R"({"type":3,"textContent":"a","id":1234567890})", 0},
      {R"({"type":3,"textContent":"a","id":0})", 0},
      {R"({"type":3,"textContent":"a","id":01})", 0},
      {R"({"type":3,"textContent":"a","id":-1})", 0},
      {R"({"type":3,"textContent":"a","id":1.0})", 0},
      {R"({"type":3,"textContent":"a","id":1 })", 0},
      {R"({"type":3,"textContent": "a","id":1})", 0},
      {R"({"type":3,"textContent":"a","id":1,"isShadow":true})", 0},
      {R"({"type":3,"textContent":5,"id":1})", 0},
      {R"({"type":3,"textContent":"a"x,"id":1})", 0},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[],"id":1})", 1},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[5],"id":1})", 1},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[],"id":1,"rootId":2})",
       0},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[],"id":1,"type":2})", 0},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[],"childNodes":1})", 0},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[ ],"id":1})", 1},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[] ,"id":1})", 0},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[],"id":1)", 0},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[])", 0},
      {R"({"type":2,"tagName":"p","attributes":{},"childNodes":[)", 0},
      {R"({"type":2,"tagName":"p","attributes":{"a":"b","a":"c"},"childNodes":[],"id":1})",
       0},
      {R"({"type":2,"tagName":"p","attributes":{"a":{}},"childNodes":[],"id":1})", 0},
      {R"({"type":2,"tagName":"p","attributes":{"a":01},"childNodes":[],"id":1})", 0},
      {R"({"type":2,"tagName":"p","attributes":{"a":1,},"childNodes":[],"id":1})", 0},
      {R"({"type":2,"tagName":"p","attributes":{1:2},"childNodes":[],"id":1})", 0},
      {R"({"type":2,"tagName":"p","attributes":{"a" : true },"childNodes":[],"id":1})",
       1},
      {R"({"parentId":1,"nextId":null,"node":{}})", 1},
      {R"({"parentId":1,"nextId":2,"node":{},"previousId":3})", 0},
      {R"({"parentId":1,"nextId":2,"node":{"parentId":3,"nextId":4,"node":{}}})", 2},
      {R"({"parentId":1,"nextId":2,"node":5})", 0},
      {R"({"parentId":1,"nextId":-1,"node":{}})", 0},
      {R"({"parentId":1,"nextId":2,"node":{},"node":{}})", 0},
      {R"([{"type":2,"tagName":"p","attributes":{},"childNodes":[{"parentId":1,)"
       R"("nextId":2,"node":{}}],"id":1}])",
       2},
  };
  for (const Spelling& spelling : kSpellings) {
    EXPECT_EQ(ExpectSame(spelling.json), spelling.recognised) << spelling.json;
  }
}

TEST(RecordingNodesTest, KeepsToTheDepth) {
  std::string json;
  for (int depth = 1; depth <= 12; ++depth) {
    json = R"({"type":2,"tagName":"b","attributes":{},"childNodes":[)" + json +
           R"(],"id":)" + std::to_string(depth) + "}";
    EXPECT_EQ(ExpectSame(json), depth <= kDepthMax / 2 ? static_cast<size_t>(depth) : 0u);
  }
}

// What is copied, cut or changed anywhere is read alike, or refused alike.
TEST(RecordingNodesTest, ReadsDamagedEventsAlike) {
  constexpr std::string_view kBytes = "{}[],:\"\\ 01n-tx\n";
  std::mt19937 random(7);
  size_t well_formed = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string json(kEvent);
    for (size_t edits = 1 + random() % 2; edits > 0; --edits) {
      const size_t at = random() % json.size();
      switch (random() % 4) {
        case 0:
          json.erase(at, 1 + random() % 12);
          break;
        case 1:
          json.insert(at, 1, kBytes[random() % kBytes.size()]);
          break;
        case 2:
          json[at] = kBytes[random() % kBytes.size()];
          break;
        default:
          json.insert(at, json.substr(random() % json.size(), random() % 60));
      }
    }
    well_formed += ExpectSame(json) > 0;
    if (HasFailure()) return;
  }
  EXPECT_GT(well_formed, 1000u);
}

}  // namespace
}  // namespace footfall::capture
