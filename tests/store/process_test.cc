// The store and other processes: readers beside a writer, other users, memory.
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <mutex>

#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The helper with its standard input and output as pipes.
class Helper {
 public:
  explicit Helper(const std::vector<std::string>& arguments) {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) return;
    std::vector<char*> argv = {const_cast<char*>(FOOTFALL_STORE_HELPER)};
    for (const std::string& argument : arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = ::fdopen(out[0], "r");
  }
  ~Helper() {
    if (to_ >= 0) Finish();
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  std::string Ask() {
    if (::write(to_, "\n", 1) != 1) return "the helper is gone";
    return ReadLine();
  }
  std::string ReadLine() {
    char line[256] = "";
    if (std::fgets(line, sizeof line, from_) == nullptr) return "the helper is silent";
    std::string text = line;
    text.pop_back();
    return text;
  }
  // The exit code.
  int Finish() {
    ::close(to_);
    to_ = -1;
    int status = -1;
    ::waitpid(pid_, &status, 0);
    std::fclose(from_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int to_ = -1;
  std::FILE* from_ = nullptr;
};

// Runs `body` in a forked child, as the user "nobody" when this is root's process. The
// exit code.
int AsNobody(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 &&
        (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0)) {
      ::_exit(99);
    }
    ::_exit(body());
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ProcessTest, AReaderInAnotherProcessSeesEveryAcknowledgedEvent) {
  const TempDir dir;
  Options options;
  options.memory_budget_bytes = 16 << 20;
  auto store = OpenOrDie(dir / "s", options);
  AppendOrDie(*store, {Track("first", "a")});
  Helper reader({"read", dir / "s"});
  EXPECT_EQ(reader.Ask(), "1 first");
  int events = 1;
  for (int round = 0; round < 60; ++round) {
    // Some rounds are large, so that the writer writes files out meanwhile.
    std::vector<TestEvent> batch;
    const int size = round % 10 == 9 ? 5000 : 3;
    for (int i = 0; i < size; ++i) {
      TestEvent event = Track(std::to_string(round) + "/" + std::to_string(i),
                              std::to_string(round * 13 + i % 700));
      event.url = "https://app.example/" + std::to_string(events % 900);
      batch.push_back(event);
      ++events;
    }
    // What is appended last is what a scan ends with.
    if (round == 30) {
      ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
    }
    AppendOrDie(*store, batch);
    ASSERT_EQ(reader.Ask(), std::to_string(events) + " " + *batch.back().id) << round;
  }
  ASSERT_TRUE(store->Close().ok());
  EXPECT_EQ(reader.Ask(), std::to_string(events) + " 59/4999");
  EXPECT_EQ(reader.Finish(), 0);
}

TEST(ProcessTest, AnotherProcessIsKeptFromWritingWithoutALineInTheLog) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  Helper other({"write", dir / "s"});
  EXPECT_EQ(other.ReadLine(),
            dir / "s" + ": the store is open for writing already, in another process");
  EXPECT_EQ(other.ReadLine(), "lines in the log: 0");
  EXPECT_EQ(other.Finish(), 0);
  EXPECT_EQ(AppendOrDie(*store, {Track("1", "a")}).accepted, 1u);
}

TEST(ProcessTest, WorkWithoutTroubleLogsNothing) {
  const TempDir dir;
  std::mutex mutex;
  std::vector<std::string> lines;
  Options options;
  options.memory_budget_bytes = 16 << 20;
  options.log = [&](LogSeverity, std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
  };
  {
    auto store = OpenOrDie(dir / "s", options);
    Options read_only = options;
    read_only.mode = OpenMode::kReadOnly;
    auto reader = OpenOrDie(dir / "s", read_only);
    for (size_t i = 0; i < 20; ++i) {
      std::vector<TestEvent> batch;
      for (size_t j = 0; j < 500; ++j) {
        const std::string number = std::to_string(j);
        batch.push_back(Track(std::to_string(i) + "/" + number, number));
      }
      AppendOrDie(*store, batch);
      EXPECT_EQ(StoredIds(*reader).size(), (i + 1) * 500);
    }
    EXPECT_EQ(*store->ForgetPerson("490"), 20u);
    ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
    ASSERT_TRUE(store->Backup(dir / "b").ok());
    EXPECT_FALSE(EventStore::Open(dir / "s", options).ok());
    ASSERT_TRUE(store->Close().ok());
  }
  auto store = OpenOrDie(dir / "s", options);
  ExpectClean(*store);
  store.reset();
  EXPECT_THAT(lines, IsEmpty());
}

TEST(ProcessTest, CheckUsableAnswersAsTheOtherMethods) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  EXPECT_TRUE(store->CheckUsable().ok());
  const pid_t child = ::fork();
  if (child == 0) {
    const absl::Status usable = store->CheckUsable();
    ::_exit(usable.code() == absl::StatusCode::kFailedPrecondition &&
                    usable == store->TakeSnapshot().status() &&
                    usable == store->SetSetting("level", "content")
                ? 0
                : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(store->CheckUsable().ok());
  ASSERT_TRUE(store->Close().ok());
  EXPECT_EQ(store->CheckUsable().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store->CheckUsable(), store->TakeSnapshot().status());
  EXPECT_THAT(base::MessageOf(store->CheckUsable()), HasSubstr("closed"));
}

TEST(ProcessTest, WhoMayNotIsRefused) {
  const TempDir dir;
  {
    auto store = OpenOrDie(dir / "s");
    AppendOrDie(*store, {Track("1", "a")});
  }
  ASSERT_EQ(::chmod(dir.path().c_str(), 0555), 0);
  ASSERT_EQ(::chmod((dir / "s").c_str(), 0555), 0);
  const auto open = [&dir](const std::string& path, OpenMode mode) {
    Options options;
    options.mode = mode;
    return EventStore::Open(path, options).status();
  };
  constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
  EXPECT_EQ(AsNobody([&] {
              const absl::Status write = open(dir / "s", OpenMode::kExisting);
              if (write.code() != kDenied) return 1;
              if (base::MessageOf(write).find(dir / "s") == std::string::npos) return 2;
              return open(dir / "new", OpenMode::kReadWrite).code() == kDenied ? 0 : 3;
            }),
            0);
  ASSERT_EQ(::chmod((dir / "s").c_str(), 0000), 0);
  EXPECT_EQ(AsNobody([&] {
              return open(dir / "s", OpenMode::kReadOnly).code() == kDenied ? 0 : 1;
            }),
            0);
  // Who may read, reads without being able to write.
  ASSERT_EQ(::chmod((dir / "s").c_str(), 0555), 0);
  for (const auto& entry : std::filesystem::directory_iterator(dir / "s")) {
    ASSERT_EQ(::chmod(entry.path().c_str(), 0444), 0);
  }
  EXPECT_EQ(AsNobody([&] {
              Options options;
              options.mode = OpenMode::kReadOnly;
              auto store = EventStore::Open(dir / "s", options);
              if (!store.ok()) return 1;
              return StoredIds(**store).size() == 1 ? 0 : 2;
            }),
            0);
  // A file that may not be read.
  for (const auto& entry : std::filesystem::directory_iterator(dir / "s")) {
    if (entry.path().extension() == ".sst") {
      ASSERT_EQ(::chmod(entry.path().c_str(), 0000), 0);
    }
  }
  EXPECT_EQ(AsNobody([&] {
              return open(dir / "s", OpenMode::kReadOnly).code() == kDenied ? 0 : 1;
            }),
            0);
  ASSERT_EQ(::chmod(dir.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod((dir / "s").c_str(), 0755), 0);
}

// What a process takes beside the budget: the program, its libraries and the allocator's
// slack. Sanitizers take a multiple.
TEST(ProcessTest, MemoryStaysNearTheBudget) {
  const TempDir dir;
  Helper helper({"ingest", dir / "s", "300000", "32"});
  const int peak_kib = std::atoi(helper.ReadLine().c_str());
  EXPECT_EQ(helper.Finish(), 0);
  RecordProperty("peak_kib", peak_kib);
  EXPECT_GT(peak_kib, 8 << 10);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  EXPECT_LT(peak_kib, 256 << 10);
#else
  EXPECT_LT(peak_kib, (32 + 32) << 10);
#endif
}

}  // namespace
}  // namespace footfall::store
