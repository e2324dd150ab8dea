#include "capture/recording_event.h"

namespace footfall::capture {

using Token = JsonIndex::Token;

Token FindMember(const JsonIndex& index, Token object, std::string_view key) {
  if (!index.is_object(object)) return kAbsent;
  for (Members m(index, object); m.Next();) {
    if (m.Is(key)) return m.value();
  }
  return kAbsent;
}

bool FindId(const JsonIndex& index, Token object, std::string_view key, int32_t& out) {
  const Token token = FindMember(index, object, key);
  int64_t id;
  if (token == kAbsent || !index.ReadInteger(token, id)) return false;
  if (id < INT32_MIN || id > INT32_MAX) return false;
  out = static_cast<int32_t>(id);
  return true;
}

std::string PathOf(const JsonIndex& index, Token target) {
  std::string path;
  Token at = index.root();
  const auto holds = [&](Token value) {
    return target >= value && target < index.after(value);
  };
  while (at != target) {
    Token inside = kAbsent;
    if (index.is_object(at)) {
      for (Members m(index, at); m.Next();) {
        if (!holds(m.value())) continue;
        if (!path.empty()) path.push_back('.');
        path.append(PathKey(m.key()));
        inside = m.value();
        break;
      }
    } else if (index.is_array(at)) {
      size_t i = 0;
      for (Elements e(index, at); e.Next(); ++i) {
        if (!holds(e.value())) continue;
        path.append("[").append(std::to_string(i)).append("]");
        inside = e.value();
        break;
      }
    }
    if (inside == kAbsent) break;
    at = inside;
  }
  return path;
}

}  // namespace footfall::capture
