#ifndef FOOTFALL_BINDINGS_NODE_LIBRARY_H_
#define FOOTFALL_BINDINGS_NODE_LIBRARY_H_

#include <string>

#include "footfall/footfall.h"

namespace footfall_node {

// Every function of the C ABI; a test compares this list with the headers.
#define FOOTFALL_FUNCTIONS(X)           \
  X(footfall_version_number)            \
  X(footfall_version_string)            \
  X(footfall_status_name)               \
  X(footfall_error_code)                \
  X(footfall_error_message)             \
  X(footfall_error_path)                \
  X(footfall_error_byte)                \
  X(footfall_error_free)                \
  X(footfall_buffer_data)               \
  X(footfall_buffer_size)               \
  X(footfall_buffer_free)               \
  X(footfall_cancel_new)                \
  X(footfall_cancel_request)            \
  X(footfall_cancel_free)               \
  X(footfall_policy_parse)              \
  X(footfall_policy_lint)               \
  X(footfall_policy_explain)            \
  X(footfall_policy_free)               \
  X(footfall_filter_new)                \
  X(footfall_filter_write)              \
  X(footfall_filter_finish)             \
  X(footfall_filter_counters)           \
  X(footfall_filter_set_policy)         \
  X(footfall_filter_save)               \
  X(footfall_filter_restore)            \
  X(footfall_filter_free)               \
  X(footfall_leak_search_new)           \
  X(footfall_leak_search_write)         \
  X(footfall_leak_search_finish)        \
  X(footfall_leak_search_free)          \
  X(footfall_leak_test)                 \
  X(footfall_store_open)                \
  X(footfall_store_close)               \
  X(footfall_store_free)                \
  X(footfall_settings_set)              \
  X(footfall_settings_list)             \
  X(footfall_store_ingest)              \
  X(footfall_ingest_new)                \
  X(footfall_ingest_write)              \
  X(footfall_ingest_acknowledged)       \
  X(footfall_ingest_finish)             \
  X(footfall_ingest_free)               \
  X(footfall_person_show)               \
  X(footfall_person_forget)             \
  X(footfall_person_list)               \
  X(footfall_person_export)             \
  X(footfall_attributes_import_new)     \
  X(footfall_attributes_import_write)   \
  X(footfall_attributes_import_finish)  \
  X(footfall_attributes_import_free)    \
  X(footfall_attributes_list)           \
  X(footfall_events_export)             \
  X(footfall_store_stats)               \
  X(footfall_store_check)               \
  X(footfall_store_seal)                \
  X(footfall_store_compact)             \
  X(footfall_store_redact)              \
  X(footfall_store_backup)              \
  X(footfall_store_restore)             \
  X(footfall_store_get_metrics)         \
  X(footfall_report_run)                \
  X(footfall_report_run_definition)     \
  X(footfall_report_explain)            \
  X(footfall_report_explain_definition) \
  X(footfall_report_save)               \
  X(footfall_report_delete)             \
  X(footfall_report_show)               \
  X(footfall_report_list)               \
  X(footfall_report_find)               \
  X(footfall_report_history)            \
  X(footfall_report_revision)           \
  X(footfall_report_restore)            \
  X(footfall_report_clone)              \
  X(footfall_report_set_favourite)      \
  X(footfall_report_drill)              \
  X(footfall_report_explain_person)     \
  X(footfall_report_prove)              \
  X(footfall_catalogue_put)             \
  X(footfall_catalogue_get)             \
  X(footfall_catalogue_history)         \
  X(footfall_tracked_event_save)        \
  X(footfall_tracked_event_delete)      \
  X(footfall_tracked_event_list)        \
  X(footfall_segment_save)              \
  X(footfall_segment_delete)            \
  X(footfall_segment_show)              \
  X(footfall_segment_list)              \
  X(footfall_segment_people)            \
  X(footfall_segment_test)              \
  X(footfall_segment_changes)           \
  X(footfall_secrets_set_key)           \
  X(footfall_run_due)                   \
  X(footfall_run_list)                  \
  X(footfall_run_show)                  \
  X(footfall_scheduler_start)           \
  X(footfall_scheduler_stop)            \
  X(footfall_subscription_save)         \
  X(footfall_subscription_list)         \
  X(footfall_subscription_show)         \
  X(footfall_subscription_delete)       \
  X(footfall_subscription_pause)        \
  X(footfall_subscription_run)          \
  X(footfall_subscription_restore)      \
  X(footfall_subscription_unsubscribe)  \
  X(footfall_mail_set)                  \
  X(footfall_mail_show)                 \
  X(footfall_mail_set_transport)        \
  X(footfall_result_stream)             \
  X(footfall_result_format)             \
  X(footfall_result_format_with)        \
  X(footfall_result_total)              \
  X(footfall_result_row_count)          \
  X(footfall_result_stats)              \
  X(footfall_result_free)

// The functions of the loaded library, under their own names.
struct Library {
#define FOOTFALL_MEMBER(name) decltype(&::name) name = nullptr;
  FOOTFALL_FUNCTIONS(FOOTFALL_MEMBER)
#undef FOOTFALL_MEMBER
};

// Loads the library at `path` into this process. Node itself exports OpenSSL and zlib,
// to which the library's dependencies would otherwise bind, so it is loaded with
// RTLD_DEEPBIND and reached through a table.
//
// Returns an empty string, or why it cannot be used: not found, a function missing, or
// another major or minor version than the header. Later calls are no-ops once one has
// succeeded. Thread-safe.
std::string LoadLibrary(const std::string& path);

// The table. LoadLibrary must have succeeded.
const Library& Lib();

}  // namespace footfall_node

#endif  // FOOTFALL_BINDINGS_NODE_LIBRARY_H_
