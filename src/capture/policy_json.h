// The JSON of a policy as a tree. Small documents only; events never go through it.
#ifndef FOOTFALL_CAPTURE_POLICY_JSON_H_
#define FOOTFALL_CAPTURE_POLICY_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/policy.h"

namespace footfall::capture {

struct PolicyMember;

struct PolicyNode {
  enum class Type : uint8_t { kNull, kBool, kInteger, kNumber, kString, kArray, kObject };
  Type type = Type::kNull;
  bool boolean = false;
  int64_t integer = 0;
  std::string string;
  std::vector<PolicyNode> items;
  std::vector<PolicyMember> members;  // In order, keys distinct.
};

struct PolicyMember {
  std::string key;
  PolicyNode value;
};

// Parses one JSON document strictly. `error` gets the byte of malformed JSON, or the path
// of a duplicate key.
bool ParsePolicyJson(std::string_view text, PolicyNode& node, PolicyError& error);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_POLICY_JSON_H_
