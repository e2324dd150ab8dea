// Committed stores of each format version: what they show, and that they go on.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "rocksdb/db.h"
#include "tests/compat/dump.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class CompatTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string command = "cd '" + dir_.path() +
                                "' && '" FOOTFALL_CMAKE
                                "' -E tar xf '" FOOTFALL_COMPAT_DIR "/v1.tar.zst'";
    ASSERT_EQ(std::system(command.c_str()), 0);
    expected_ = ReadFile(FOOTFALL_COMPAT_DIR "/v1.txt");
    ASSERT_FALSE(expected_.empty());
  }

  static std::string DumpOf(EventStore& store) {
    const auto text = Dump(store);
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }

  const TempDir dir_;
  std::string expected_;
};

// The lines of a dump in an order of their own, without arrivals.
std::vector<std::string> Unordered(const std::string& dump) {
  std::vector<std::string> lines;
  std::istringstream in(dump);
  for (std::string line; std::getline(in, line);) {
    const size_t begin = line.find(" arrival='");
    if (begin != std::string::npos) {
      line.erase(begin, line.find('\'', begin + 10) + 1 - begin);
    }
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_F(CompatTest, Version1ShowsWhatWasStored) {
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kExisting}) {
    Options options;
    options.mode = mode;
    auto store = OpenOrDie(dir_ / "v1", options);
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(DumpOf(*store), expected_);
    EXPECT_EQ(store->settings().report_memory_bytes, uint64_t{24} << 20);
    ExpectClean(*store);
  }
  // It is the same after everything was rewritten, but for the order and the arrivals of
  // events.
  auto store = OpenOrDie(dir_ / "v1");
  ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
  EXPECT_EQ(Unordered(DumpOf(*store)), Unordered(expected_));
  ASSERT_TRUE(store->Close().ok());
  store = OpenOrDie(dir_ / "v1");
  EXPECT_EQ(Unordered(DumpOf(*store)), Unordered(expected_));
  ExpectClean(*store);
}

TEST_F(CompatTest, Version1GoesOn) {
  auto store = OpenOrDie(dir_ / "v1");
  ASSERT_NE(store, nullptr);
  // Ids of a run and those kept aside are known; so are people and links.
  TestEvent visit = Track("visit-1", "somebody");
  AppendResult result = AppendOrDie(
      *store, {visit, Track("every-3", "ana@example.com"), Track("visit-2", "bob")});
  EXPECT_EQ(result.accepted, 0u);
  EXPECT_EQ(result.duplicates, 3u);
  result = AppendOrDie(*store, {Alias("bob", "browser-1")});
  ASSERT_EQ(result.rejections.size(), 1u);
  visit = Track("new", "bob");
  visit.person.reset();
  visit.anonymous = "browser-1";
  EXPECT_EQ(AppendOrDie(*store, {visit}).accepted, 1u);
  auto snapshot = store->TakeSnapshot();
  ASSERT_TRUE(snapshot.ok());
  const auto person = (*snapshot)->FindPerson("ana@example.com");
  ASSERT_TRUE(person.ok());
  EXPECT_EQ(person->events, 10u);
  EXPECT_EQ((*snapshot)->FindPerson("zoe").status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(store->SetSetting("session_gap", "30m").ok());
  ExpectClean(*store);
}

TEST_F(CompatTest, AStoreOfTheNextVersionIsRefused) {
  std::vector<std::string> names;
  ASSERT_TRUE(
      rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), dir_ / "v1", &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::Options());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(
      rocksdb::DB::Open(rocksdb::DBOptions(), dir_ / "v1", families, &handles, &db).ok());
  EXPECT_TRUE(db->Put(rocksdb::WriteOptions(), "format", "\x03").ok());
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
  for (const OpenMode mode :
       {OpenMode::kReadWrite, OpenMode::kExisting, OpenMode::kReadOnly}) {
    Options options;
    options.mode = mode;
    const absl::Status status = EventStore::Open(dir_ / "v1", options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(base::MessageOf(status), HasSubstr("format version 3"));
    EXPECT_THAT(base::MessageOf(status), HasSubstr("reads up to version 2"));
  }
}

}  // namespace
}  // namespace footfall::store
