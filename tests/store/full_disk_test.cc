// A disk that fills up while events are sealed, merged and compacted: nothing is lost,
// and the store goes on where it was when there is space again.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/store/seal_test_util.h"

namespace {

constexpr int64_t kEndless = int64_t{1} << 60;

// What regular files may still take. The functions below stand before those of the C
// library, for RocksDB as well.
std::atomic<int64_t> g_space = kEndless;

bool IsFile(int fd) {
  struct stat info;
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

// How much of `size` bytes there is space for; 0 with errno when there is none.
size_t Take(int fd, size_t size) {
  if (size == 0 || !IsFile(fd)) return size;
  const auto wanted = static_cast<int64_t>(size);
  const int64_t before = g_space.fetch_sub(wanted);
  if (before >= wanted) return size;
  g_space = 0;
  if (before <= 0) errno = ENOSPC;
  return static_cast<size_t>(std::max<int64_t>(before, 0));
}

}  // namespace

#define FOOTFALL_INTERPOSED extern "C" __attribute__((visibility("default")))

FOOTFALL_INTERPOSED ssize_t write(int fd, const void* data, size_t size) {
  const size_t taken = Take(fd, size);
  return taken == 0 && size > 0 ? -1 : ::syscall(SYS_write, fd, data, taken);
}

FOOTFALL_INTERPOSED ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  const size_t taken = Take(fd, size);
  return taken == 0 && size > 0 ? -1 : ::syscall(SYS_pwrite64, fd, data, taken, offset);
}

FOOTFALL_INTERPOSED int fallocate(int fd, int mode, off_t offset, off_t size) {
  if (g_space <= 0 && (mode & FALLOC_FL_PUNCH_HOLE) == 0) {
    errno = ENOSPC;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, size));
}

namespace footfall::store {
namespace {

using ::testing::HasSubstr;

constexpr int kPoints = 20;  // At which the disk is full.

// While it lives, files take only so many more bytes.
class Disk {
 public:
  explicit Disk(int64_t bytes) : bytes_(bytes) { g_space = bytes; }
  ~Disk() { g_space = kEndless; }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  int64_t used() const { return bytes_ - std::max<int64_t>(g_space, 0); }

 private:
  const int64_t bytes_;
};

void ExpectFull(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_THAT(base::MessageOf(status), HasSubstr("No space left on device"));
}

// Two runs, and as many events again in the log.
std::unique_ptr<EventStore> MakeStore(const std::string& path) {
  auto store = OpenUnsealed(path);
  EXPECT_TRUE(store->SetSetting("retention_days", "150").ok());
  std::mt19937 random(17);
  for (int round = 0; round < 4; ++round) {
    AppendOrDie(*store, RandomEvents(random, 150, round * 150));
    if (round < 2) {
      EXPECT_TRUE(store->Seal({}).ok());
    }
  }
  return store;
}

// Calls `act` on stores whose disk is full after ever more bytes, up to as many as it
// needs; `judge` gets each store with the disk still full, and then with space again.
template <typename Act, typename Judge>
void FillUp(const Act& act, const Judge& judge) {
  int64_t needed = 0;
  {
    const TempDir dir;
    auto store = MakeStore(dir / "s");
    const Disk disk(kEndless);
    ASSERT_TRUE(act(*store).ok());
    needed = disk.used();
  }
  ASSERT_GT(needed, 20'000);
  for (int point = 0; point < kPoints && !testing::Test::HasFailure(); ++point) {
    SCOPED_TRACE(base::Cat("full after ", needed * point / kPoints, " of ", needed));
    const TempDir dir;
    auto store = MakeStore(dir / "s");
    {
      const Disk disk(needed * point / kPoints);
      ExpectFull(act(*store));
      judge(*store, false);
    }
    // In place, or opened anew.
    if (point % 3 == 2) {
      store.reset();
      store = OpenUnsealed(dir / "s");
    }
    EXPECT_EQ(AppendOrDie(*store, {Track("afterwards", "p1")}).accepted, 1u);
    const absl::Status again = act(*store);
    ASSERT_TRUE(again.ok()) << again;
    judge(*store, true);
    ExpectClean(*store);
    store.reset();
    EXPECT_TRUE(!std::filesystem::exists(dir / "s/sealing") ||
                std::filesystem::is_empty(dir / "s/sealing"));
    store = OpenUnsealed(dir / "s");
    judge(*store, true);
    ExpectClean(*store);
  }
}

// Without the one that was appended when there was space again.
std::vector<std::string> EventsBefore(EventStore& store) {
  std::vector<std::string> events = AllEvents(store);
  std::erase_if(events, [](const std::string& event) {
    return event.find("id=afterwards") != std::string::npos;
  });
  return events;
}

TEST(FullDiskTest, SealingAndMergingLoseNothing) {
  const TempDir dir;
  const std::vector<std::string> all = AllEvents(*MakeStore(dir / "plain"));
  ASSERT_EQ(all.size(), 600u);
  FillUp([](EventStore& store) { return store.Seal({.merge = true}).status(); },
         [&all](EventStore& store, bool done) {
           EXPECT_EQ(EventsBefore(store), all);
           if (!done) return;
           EXPECT_EQ(AllEvents(store).size(), 601u);
           const auto stats = store.Stats();
           ASSERT_TRUE(stats.ok());
           EXPECT_EQ(stats->Find("runs")->as_int(), 1);
         });
}

TEST(FullDiskTest, AppendingThatSealsKeepsWhatItAcknowledged) {
  for (int point = 0; point < kPoints; ++point) {
    const int64_t space = 6000 * point;
    SCOPED_TRACE(base::Cat("full after ", space));
    const TempDir dir;
    auto store = OpenOrDie(dir / "s");
    ASSERT_TRUE(store->SetSetting("seal_events", "100").ok());
    std::vector<std::string> acknowledged;
    const auto append = [&](int number) -> absl::Status {
      Batch batch;
      std::vector<std::string> ids;
      for (int i = 0; i < 30; ++i) {
        ids.push_back(base::Cat(number, "-", i));
        AddTo(batch, Track(ids.back(), base::Cat("person ", i)));
      }
      const absl::Status status = store->Append(batch, kNow).status();
      if (status.ok()) acknowledged.insert(acknowledged.end(), ids.begin(), ids.end());
      return status;
    };
    const auto expect_all = [&] {
      std::vector<std::string> stored = StoredIds(*store);
      std::sort(stored.begin(), stored.end());
      std::vector<std::string> sorted = acknowledged;
      std::sort(sorted.begin(), sorted.end());
      EXPECT_EQ(stored, sorted);
    };
    {
      const Disk disk(space);
      int number = 0;
      absl::Status status;
      while (status.ok() && number < 500) status = append(number++);
      ExpectFull(status);
      ExpectFull(append(number));
      expect_all();
    }
    for (int number = 1000; number < 1010; ++number) {
      const absl::Status status = append(number);
      EXPECT_TRUE(status.ok()) << status;
    }
    expect_all();
    ExpectClean(*store);
    EXPECT_GT(store->Stats()->Find("events_sealed")->as_int(), 0);
  }
}

}  // namespace
}  // namespace footfall::store
