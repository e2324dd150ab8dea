#include "event_rows.h"

#include <cstring>

#include "peer.h"

namespace footfall::benchmarks {
namespace {

namespace ondemand = simdjson::ondemand;

void Check(simdjson::error_code error) {
  if (error) Fail("a line of the events", simdjson::error_message(error));
}

// Appends to `text`, which has room, so that earlier views of it stay valid.
std::string_view Keep(ondemand::value value, std::string& text) {
  std::string_view read;
  Check(value.get_string().get(read));
  const size_t at = text.size();
  text.append(read);
  return std::string_view(text).substr(at);
}

void ReadObject(ondemand::value value, EventRow& row, std::string& text) {
  ondemand::object object;
  Check(value.get_object().get(object));
  for (auto field : object) {
    std::string_view key;
    ondemand::value child;
    Check(field.unescaped_key().get(key));
    Check(field.value().get(child));
    if (key == "id") {
      row.element = Keep(child, text);
    } else if (key == "plan") {
      row.plan = Keep(child, text);
    } else if (key == "country") {
      row.country = Keep(child, text);
    } else if (key == "duration") {
      Check(child.get_int64().get(row.duration));
    }
  }
}

void ReadEvent(ondemand::object event, EventRow& row, std::string& text) {
  for (auto field : event) {
    std::string_view key;
    ondemand::value value;
    Check(field.unescaped_key().get(key));
    Check(field.value().get(value));
    if (key == "time") {
      Check(value.get_int64().get(row.time_ms));
    } else if (key == "id") {
      row.id = Keep(value, text);
    } else if (key == "person") {
      row.person = Keep(value, text);
    } else if (key == "name") {
      row.name = Keep(value, text);
    } else if (key == "url") {
      row.url = Keep(value, text);
    } else if (key == "session") {
      row.session = Keep(value, text);
    } else if (key == "element" || key == "properties" || key == "context") {
      ReadObject(value, row, text);
    }
  }
}

}  // namespace

const std::vector<EventRow>& EventRows::Parse(const std::string& lines) {
  input_ = simdjson::padded_string(lines);
  text_.clear();
  text_.reserve(lines.size());
  rows_.clear();
  ondemand::document_stream stream;
  Check(parser_.iterate_many(input_).get(stream));
  for (auto document : stream) {
    ondemand::object event;
    Check(document.get_object().get(event));
    ReadEvent(event, rows_.emplace_back(), text_);
  }
  return rows_;
}

}  // namespace footfall::benchmarks
