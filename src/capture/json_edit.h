// Writes a JSON text with parts of it left out or replaced; what is in between is copied.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_JSON_EDIT_H_
#define FOOTFALL_CAPTURE_JSON_EDIT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace footfall::capture {

// Edits come in the order of the text. Not thread-safe.
class JsonEdit {
 public:
  void Start(std::string_view text) {
    text_ = text;
    at_ = 0;
    out_.clear();
  }
  // Everything up to `end` stays.
  void KeepTo(size_t end) {
    if (end > at_) out_.append(text_.substr(at_, end - at_));
    at_ = end;
  }
  // Everything up to `end` goes.
  void SkipTo(size_t end) { at_ = end; }
  // The result so far, to append to.
  std::string& out() { return out_; }

  struct Mark {
    size_t size;
    size_t at;
  };
  Mark mark() const { return {out_.size(), at_}; }
  // Takes back everything since `mark`.
  void Undo(const Mark& mark) {
    out_.resize(mark.size);
    at_ = mark.at;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
  std::string out_;
};

// The members of one object or the elements of one array, of which some go: for each
// entry Keep or Drop, then End. What is edited inside an entry that is kept comes between
// its Keep and the next call.
class ListEdit {
 public:
  // `open` is behind the opening bracket.
  ListEdit(JsonEdit& edit, size_t open)
      : edit_(edit), tail_(open), kept_tail_(open), mark_(edit.mark()) {}

  // The entry at [begin, end) stays.
  void Keep(size_t begin, size_t end) {
    kept_tail_ = tail_;
    kept_gap_ = gap_;
    mark_ = edit_.mark();
    if (gap_) {
      edit_.SkipTo(begin);
      if (count_ > 0) edit_.out().push_back(',');
      gap_ = false;
    }
    tail_ = end;
    ++count_;
  }
  void Drop() {
    if (!gap_) edit_.KeepTo(tail_);
    gap_ = true;
  }
  // Drops the entry that was kept last after all, with what was edited inside it.
  void DropKept() {
    edit_.Undo(mark_);
    tail_ = kept_tail_;
    gap_ = kept_gap_;
    --count_;
    Drop();
  }
  // Starts an entry that the text does not hold, behind those so far.
  std::string& Add() {
    Drop();
    if (count_++ > 0) edit_.out().push_back(',');
    return edit_.out();
  }
  // `close` is the place of the closing bracket.
  void End(size_t close) {
    if (gap_) edit_.SkipTo(close);
  }
  size_t count() const { return count_; }

 private:
  JsonEdit& edit_;
  size_t tail_;  // Behind the entry that was kept last.
  size_t count_ = 0;
  bool gap_ = false;  // What follows the tail in the text was dropped.

  size_t kept_tail_;
  bool kept_gap_ = false;
  JsonEdit::Mark mark_;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_JSON_EDIT_H_
