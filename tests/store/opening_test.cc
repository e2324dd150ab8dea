// Opening what is half made, newer, older, or lacks a file; and how errors read.
#include <fstream>

#include "rocksdb/db.h"
#include "store/rocks.h"
#include "tests/store/database_test_util.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

absl::Status OpenStatus(const std::string& path, OpenMode mode) {
  Options options;
  options.mode = mode;
  return EventStore::Open(path, options).status();
}

TEST(OpeningTest, AHalfMadeStoreIsNoneYet) {
  const TempDir dir;
  // As after the first file, and as before the first row.
  std::filesystem::create_directory(dir / "files");
  for (const char* name : {"LOCK", "MANIFEST-000001", "000001.dbtmp"}) {
    std::ofstream(dir / "files/" + name) << "";
  }
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, dir / "rows", &raw).ok());
  rocksdb::ColumnFamilyHandle* log = nullptr;
  ASSERT_TRUE(raw->CreateColumnFamily(rocksdb::Options(), "log", &log).ok());
  raw->DestroyColumnFamilyHandle(log);
  delete raw;
  for (const char* name : {"files", "rows"}) {
    for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kExisting}) {
      const absl::Status status = OpenStatus(dir / name, mode);
      EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
      EXPECT_THAT(base::MessageOf(status), HasSubstr(dir / name + ": there is no store"));
    }
    auto store = OpenOrDie(dir / name);
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(AppendOrDie(*store, {Track("1", "a")}).accepted, 1u);
    ExpectClean(*store);
  }
}

TEST(OpeningTest, AStoreWithoutItsFirstRowOrListOfFilesIsDamaged) {
  const TempDir dir;
  for (const char* name : {"row", "list"}) {
    auto store = OpenOrDie(dir / name);
    AppendOrDie(*store, {Track("1", "a")});
    ASSERT_TRUE(store->Close().ok());
  }
  WithDatabase(dir / "row", [](rocksdb::DB& db, auto&) {
    EXPECT_TRUE(db.Delete(rocksdb::WriteOptions(), "format").ok());
  });
  std::filesystem::remove(dir / "list/CURRENT");
  for (const OpenMode mode :
       {OpenMode::kReadOnly, OpenMode::kExisting, OpenMode::kReadWrite}) {
    EXPECT_EQ(OpenStatus(dir / "row", mode).code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(OpenStatus(dir / "list", mode).code(), absl::StatusCode::kDataLoss);
  }
}

TEST(OpeningTest, AFamilyOfANewerFormatIsRefused) {
  const TempDir dir;
  for (const char* format : {"\x03", "\x02"}) {
    OpenOrDie(dir / "s").reset();
    WithDatabase(dir / "s", [&](rocksdb::DB& db, auto& handles) {
      EXPECT_TRUE(db.Put(rocksdb::WriteOptions(), "format", format).ok());
      handles.push_back(nullptr);
      EXPECT_TRUE(
          db.CreateColumnFamily(rocksdb::Options(), "segments", &handles.back()).ok());
    });
    for (const OpenMode mode :
         {OpenMode::kReadWrite, OpenMode::kExisting, OpenMode::kReadOnly}) {
      const absl::Status status = OpenStatus(dir / "s", mode);
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
      const std::string message = base::MessageOf(status);
      EXPECT_THAT(message, HasSubstr(format[0] == 3 ? "format version 3" : "version 2"));
      EXPECT_THAT(message, HasSubstr("'segments'"));
      EXPECT_THAT(message, HasSubstr("reads version 2"));
      EXPECT_THAT(message, HasSubstr(dir / "s"));
    }
    std::filesystem::remove_all(dir / "s");
  }
}

// As a store of a version that did not have the family yet.
TEST(OpeningTest, AStoreWithoutALaterFamilyOpens) {
  const TempDir dir;
  const auto drop = [&dir](const std::string& family) {
    WithDatabase(dir / "s", [&](rocksdb::DB& db, auto& handles) {
      for (auto* handle : handles) {
        if (handle->GetName() == family) {
          EXPECT_TRUE(db.DropColumnFamily(handle).ok());
        }
      }
    });
  };
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a"), Track("2", "b")});
  ASSERT_TRUE(store->Close().ok());
  drop("ids");
  Options options;
  options.mode = OpenMode::kReadOnly;
  store = OpenOrDie(dir / "s", options);
  ASSERT_NE(store, nullptr);
  EXPECT_THAT(StoredIds(*store), ElementsAre("1", "2"));
  ExpectClean(*store);
  options.mode = OpenMode::kExisting;
  store = OpenOrDie(dir / "s", options);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(AppendOrDie(*store, {Track("3", "a")}).accepted, 1u);
  ExpectClean(*store);
  ASSERT_TRUE(store->Close().ok());
  // What all versions have is missed.
  drop("log");
  EXPECT_EQ(OpenStatus(dir / "s", OpenMode::kReadOnly).code(),
            absl::StatusCode::kDataLoss);
}

TEST(OpeningTest, AMissingTableIsNamed) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a")});
  ASSERT_TRUE(store->Close().ok());
  std::string removed;
  for (const auto& entry : std::filesystem::directory_iterator(dir / "s")) {
    if (entry.path().extension() == ".sst") removed = entry.path();
  }
  ASSERT_FALSE(removed.empty());
  std::filesystem::remove(removed);
  for (const OpenMode mode : {OpenMode::kExisting, OpenMode::kReadOnly}) {
    const absl::Status status = OpenStatus(dir / "s", mode);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(base::MessageOf(status), HasSubstr(removed));
    EXPECT_THAT(base::MessageOf(status), Not(HasSubstr(".ldb")));
  }
}

TEST(OpeningTest, ErrorsDoNotNameSources) {
  const auto message = [](const rocksdb::Status& status) {
    return base::MessageOf(FromRocks(status));
  };
  EXPECT_EQ(message(rocksdb::Status::NoSpace("[db/db_impl/db_impl_write.cc:2893] /s [1]",
                                             "[file/writer.h:7]  Full")),
            "the disk is full: IO error: No space left on device: /s [1]: Full");
  EXPECT_EQ(message(rocksdb::Status::Corruption("[:1] [x.c:2] [.cc:] [9] [a.cc:3")),
            "the store is damaged: Corruption: [:1] [x.c:2] [.cc:] [9] [a.cc:3");
}

}  // namespace
}  // namespace footfall::store
