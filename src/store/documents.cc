// Saved documents, rows of the family kMeta.
#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "rocksdb/write_batch.h"
#include "store/meta.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

// INVALID_ARGUMENT for what cannot be part of a key.
absl::Status CheckDocumentKey(std::string_view kind, std::string_view name) {
  const auto plain = [](std::string_view text) {
    return !text.empty() && text.size() <= 256 && base::IsUtf8(text) &&
           text.find('\0') == std::string_view::npos;
  };
  if (plain(kind) && plain(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a document's kind and name are UTF-8 text of 1 to 256 bytes without NUL");
}

absl::Status NoSuchDocument(std::string_view kind, std::string_view name) {
  return base::MakeError(absl::StatusCode::kNotFound,
                         base::Cat("there is no ", kind, " '", name, "'"));
}

}  // namespace

std::string DocumentKey(std::string_view kind, std::string_view name) {
  std::string key(kDocumentPrefix);
  key += kind;
  key += '\0';
  key += name;
  return key;
}

std::string PersonPrefix(const Hash128& id_hash) {
  std::string bytes;
  PutFixed64(bytes, id_hash.high);
  PutFixed64(bytes, id_hash.low);
  return base::Hex(bytes);
}

absl::StatusOr<std::string> EventStore::Impl::PersonDocumentPrefix(std::string_view id) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(Enter(&open));
  return PersonPrefix(HashIdentifier(key_, kPersonId, id));
}

absl::Status EventStore::Impl::WriteDocuments(
    const std::vector<DocumentChange>& changes) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  for (const DocumentChange& change : changes) {
    FOOTFALL_RETURN_IF_ERROR(CheckDocumentKey(change.kind, change.name));
  }
  if (changes.empty()) return absl::OkStatus();
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  rocksdb::WriteBatch batch;
  for (const DocumentChange& change : changes) {
    const std::string key = DocumentKey(change.kind, change.name);
    if (change.text.has_value()) {
      batch.Put(rocks_->family(kMeta), ToSlice(key), ToSlice(*change.text));
    } else {
      batch.Delete(rocks_->family(kMeta), ToSlice(key));
    }
  }
  const absl::Status status = rocks_->Write(&batch, true);
  write_failed_ = !status.ok();
  return status;
}

absl::Status EventStore::Impl::PutDocument(std::string_view kind, std::string_view name,
                                           std::string_view text) {
  return WriteDocuments({{std::string(kind), std::string(name), std::string(text)}});
}

absl::Status EventStore::Impl::DeleteDocument(std::string_view kind,
                                              std::string_view name) {
  FOOTFALL_RETURN_IF_ERROR(GetDocument(kind, name).status());
  return WriteDocuments({{std::string(kind), std::string(name), std::nullopt}});
}

absl::StatusOr<std::string> EventStore::Impl::GetDocument(std::string_view kind,
                                                          std::string_view name) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(Enter(&open));
  FOOTFALL_RETURN_IF_ERROR(CheckDocumentKey(kind, name));
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<Rocks> rocks, Database());
  FOOTFALL_ASSIGN_OR_RETURN(auto text, rocks->Get(kMeta, DocumentKey(kind, name)));
  if (!text.has_value()) return NoSuchDocument(kind, name);
  return std::move(*text);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>>
EventStore::Impl::ListDocuments(std::string_view kind, const DocumentRange& range) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(Enter(&open));
  FOOTFALL_RETURN_IF_ERROR(CheckDocumentKey(kind, "-"));
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<Rocks> rocks, Database());
  std::vector<std::pair<std::string, std::string>> documents;
  const size_t name_at = DocumentKey(kind, "").size();
  const std::string prefix = DocumentKey(kind, range.prefix);
  const std::string from = DocumentKey(kind, range.from);
  auto rows = rocks->Iterate(kMeta);
  for (rows->Seek(ToSlice(std::max(prefix, from)));
       rows->Valid() && documents.size() < range.limit &&
       rows->key().starts_with(ToSlice(prefix));
       rows->Next()) {
    documents.emplace_back(ToView(rows->key()).substr(name_at), ToView(rows->value()));
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  return documents;
}

}  // namespace footfall::store
