#include "base/csv.h"

#include <algorithm>

#include "base/status.h"

namespace footfall::base {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

absl::Status CsvReader::Write(std::string_view bytes, Visitor visit) {
  while (mark_bytes_ < kByteOrderMark.size() && !bytes.empty()) {
    if (bytes[0] == kByteOrderMark[mark_bytes_]) {
      ++mark_bytes_;
      bytes.remove_prefix(1);
      continue;
    }
    // No mark: what looked like the beginning of one is text.
    const std::string_view looked_like = kByteOrderMark.substr(0, mark_bytes_);
    mark_bytes_ = kByteOrderMark.size();
    FOOTFALL_RETURN_IF_ERROR(Take(looked_like, visit));
  }
  return Take(bytes, visit);
}

absl::Status CsvReader::Finish(Visitor visit) {
  if (mark_bytes_ > 0 && mark_bytes_ < kByteOrderMark.size()) {
    const std::string_view looked_like = kByteOrderMark.substr(0, mark_bytes_);
    mark_bytes_ = kByteOrderMark.size();
    FOOTFALL_RETURN_IF_ERROR(Take(looked_like, visit));
  }
  if (state_ == State::kQuoted) Spoil("a quote is not closed");
  return any_ ? EndRow(visit) : absl::OkStatus();
}

absl::Status CsvReader::Take(std::string_view bytes, Visitor visit) {
  for (size_t at = 0; at < bytes.size();) {
    if (state_ == State::kQuoted) {
      TakeQuoted(bytes, &at);
      continue;
    }
    const char c = bytes[at++];
    if (c == '\n' && after_cr_) {
      after_cr_ = false;
      continue;
    }
    after_cr_ = c == '\r';
    if (c == '\n' || c == '\r') {
      FOOTFALL_RETURN_IF_ERROR(EndRow(visit));
      ++line_;
      continue;
    }
    if (!any_) row_line_ = line_;
    any_ = true;
    if (state_ == State::kBad) continue;
    if (c == delimiter_) {
      EndCell();
    } else if (c == '"') {
      if (state_ == State::kCellStart) {
        state_ = State::kQuoted;
      } else if (state_ == State::kAfterQuote) {
        text_ += '"';
        state_ = State::kQuoted;
      } else {
        Spoil("a quote stands in a cell that does not begin with one");
      }
    } else if (state_ == State::kAfterQuote) {
      Spoil("text follows a closing quote");
    } else {
      text_ += c;
      state_ = State::kPlain;
    }
    if (text_.size() + ends_.size() > row_bytes_max_) Spoil("the row is too long");
  }
  return absl::OkStatus();
}

// Takes what is in quotes, up to a quote or the end of `bytes`.
void CsvReader::TakeQuoted(std::string_view bytes, size_t* at) {
  const size_t end = std::min(bytes.find('"', *at), bytes.size());
  for (; *at < end; ++*at) {
    const char c = bytes[*at];
    line_ += c == '\r' || (c == '\n' && !after_cr_);
    after_cr_ = c == '\r';
    text_ += c;
    if (text_.size() > row_bytes_max_) {
      // The quote was hardly meant to reach this far: the next line is a row again.
      Spoil("the row is too long");
      ++*at;
      return;
    }
  }
  if (end == bytes.size()) return;
  after_cr_ = false;
  state_ = State::kAfterQuote;
  ++*at;
}

void CsvReader::EndCell() {
  ends_.push_back(text_.size());
  state_ = State::kCellStart;
}

void CsvReader::Spoil(std::string_view problem) {
  state_ = State::kBad;
  row_.problem = problem;
  row_.problem_cell = ends_.size();
}

absl::Status CsvReader::EndRow(Visitor visit) {
  if (!any_) return absl::OkStatus();
  if (state_ != State::kBad) EndCell();
  row_.line = row_line_;
  row_.cells.clear();
  size_t begin = 0;
  for (const size_t end : ends_) {
    row_.cells.push_back(std::string_view(text_).substr(begin, end - begin));
    begin = end;
  }
  const absl::Status status = visit(row_);
  text_.clear();
  ends_.clear();
  row_.problem = {};
  any_ = false;
  state_ = State::kCellStart;
  return status;
}

}  // namespace footfall::base
