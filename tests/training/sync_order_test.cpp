// The state after a power cut: files keep the bytes that were synced, folders the files that were renamed into place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "training/trainer_fixture.h"

namespace {

namespace fs = std::filesystem;

// Sizes up to which files have been synced, by path: current, and when each checkpoint got its name.
struct Disk {
  bool watched = false;
  std::map<fs::path, std::uintmax_t> synced;
  std::map<std::string, std::map<fs::path, std::uintmax_t>> at_checkpoint;
};
Disk disk;

void note_sync(int descriptor) {
  if (!disk.watched) return;
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error);
  if (fs::is_regular_file(path, error)) disk.synced[path] = fs::file_size(path);
}

}  // namespace

// Replaces the functions of the C library in the whole test program.
extern "C" int fdatasync(int descriptor) {
  note_sync(descriptor);
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}
// NOLINTNEXTLINE(bugprone-exception-escape): the C library declares it noexcept, and an exception may end the test.
extern "C" int rename(const char* from, const char* to) noexcept {
  const fs::path name(to);
  if (disk.watched && name.parent_path().filename() == "checkpoints" && name.extension().empty())
    disk.at_checkpoint[name.filename()] = disk.synced;
  return static_cast<int>(::syscall(SYS_rename, from, to));
}

namespace prenorm::training {
namespace {

class SyncOrder : public TrainerTest {
 protected:
  ~SyncOrder() override { disk = {}; }
};

// A run in which each checkpoint in turn is the last thing before a power cut.
TEST_F(SyncOrder, TheLogSurvivesWithEachCheckpoint) {
  Config config = text_->config();
  config.train.log_every = 1;
  config.train.checkpoint_every = 3;
  config.train.valid_every = 4;
  config.train.max_steps = 12;
  config.train.keep_last = 10;
  config.train.tensorboard = true;
  disk.watched = true;
  run(config);
  disk.watched = false;
  const fs::path log = path() / "metrics.jsonl";
  const std::string whole = read_file(log);
  ASSERT_GE(disk.at_checkpoint.size(), 4U);
  for (const auto& [name, synced] : disk.at_checkpoint) {
    ASSERT_TRUE(synced.contains(log)) << name << " has its name before any line is on disk";
    std::int64_t last = 0;
    std::istringstream lines(whole.substr(0, synced.at(log)));
    for (std::string line; std::getline(lines, line);) last = nlohmann::json::parse(line)["step"];
    EXPECT_EQ(last, std::stoll(name)) << "the update of the last line on disk";
    bool events = false;
    for (const auto& [file, bytes] : synced) events = events || file.parent_path() == path() / "tensorboard";
    EXPECT_TRUE(events) << name;
  }
}

TEST_F(SyncOrder, ARunWhoseLogEndsTooEarlySaysSo) {
  Config config = text_->config();
  config.train.log_every = 1;
  run(config);
  const fs::path log = path() / "metrics.jsonl";
  const auto warning_of_resuming = [&](const std::string& lines) {
    write_file_atomically(log, lines);
    ::testing::internal::CaptureStderr();
    app::train(config, runs::RunFolder(path()), app::Start::kResume);
    return ::testing::internal::GetCapturedStderr();
  };
  const std::string whole = read_file(log);
  EXPECT_EQ(warning_of_resuming(whole), "");
  EXPECT_EQ(warning_of_resuming(whole + R"({"type": "upd)"), "") << "a half line after the checkpoint";
  std::string part;
  std::istringstream lines(whole);
  for (std::string line; std::getline(lines, line);)
    if (nlohmann::json::parse(line)["step"] <= 7) part += line + "\n";
  const std::string expected = "warning: " + log.string() +
                               ": lines are missing, as after a power cut: the last one is of update 7, and the run "
                               "continues from update 12; the model is not affected, but curves have a gap there\n";
  EXPECT_EQ(warning_of_resuming(part), expected);
  EXPECT_EQ(warning_of_resuming(part + std::string(500, '\0')), expected) << "zeros, as some file systems leave";
  EXPECT_THAT(warning_of_resuming(""), ::testing::HasSubstr("the last one is of update 0, "));
}

TEST_F(SyncOrder, LinesThatAreNotDueYetAreNotMissed) {
  Config config = text_->config();
  config.train.log_every = 100;
  config.train.max_steps = 7;
  run(config);
  config.train.max_steps = 9;
  ::testing::internal::CaptureStderr();
  app::train(config, runs::RunFolder(path()), app::Start::kResume);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace prenorm::training
