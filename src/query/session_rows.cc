#include "query/session_rows.h"

#include "base/status.h"

namespace footfall::query {

absl::Status ChooseSessions(BlockView& view, std::optional<RuleRef> where,
                            std::vector<uint64_t>* chosen) {
  FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions,
                            where.has_value() ? view.Sessions() : view.SessionSpans());
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* in_range, view.InRange());
  chosen->assign(MaskWords(sessions->spans.size()), 0);
  // The first event's place is that of the session's start.
  if (!where.has_value()) {
    for (size_t i = 0; i < sessions->spans.size(); ++i) {
      if (TestBit(in_range, sessions->spans[i].first_row)) SetBit(chosen->data(), i);
    }
    return absl::OkStatus();
  }
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* matches, view.Matches(*where));
  ForEachRow(matches, 0, view.rows(), [&](size_t row) {
    const uint32_t session = sessions->of_row[row];
    if (TestBit(in_range, sessions->spans[session].first_row)) {
      SetBit(chosen->data(), session);
    }
  });
  return absl::OkStatus();
}

absl::Status ChooseFirstRows(BlockView& view, std::optional<RuleRef> where,
                             std::vector<uint64_t>* rows) {
  std::vector<uint64_t> chosen;
  FOOTFALL_RETURN_IF_ERROR(ChooseSessions(view, where, &chosen));
  FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.SessionSpans());
  rows->assign(MaskWords(view.rows()), 0);
  ForEachRow(chosen.data(), 0, sessions->spans.size(), [&](size_t session) {
    SetBit(rows->data(), sessions->spans[session].first_row);
  });
  return absl::OkStatus();
}

}  // namespace footfall::query
