// kill -9 at any moment: nothing is lost, and the resumed run is the same as one that was never killed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "prenorm/config/write.h"
#include "prenorm/files/temporary.h"
#include "training/tiny_run.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kKills = 20;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
void sleep(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

// `prenorm train CONFIG --run RUN`, with --resume if the run exists.
class Training {
 public:
  Training(const fs::path& config, const fs::path& run) : run_(run) {
    // A run that was killed before its configuration was written cannot be resumed. It is started again.
    const char* resume = fs::exists(run / "config.toml") ? "--resume" : nullptr;
    child_ = ::fork();
    if (child_ != 0) return;
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ::execl(PRENORM_COMMAND, "prenorm", "train", config.c_str(), "--run", run.c_str(), "--quiet", resume, nullptr);
    ::_exit(127);
  }

  bool has_ended() { return ended_ || (ended_ = ::waitpid(child_, &status_, WNOHANG) == child_); }
  void wait_for_first_update() {
    std::error_code missing;
    const auto size = [&] { return fs::file_size(run_ / "metrics.jsonl", missing); };
    while (!has_ended() && (size() == 0 || missing)) sleep(0.002);
  }
  void wait_for_first_checkpoint() {
    while (!has_ended() && !fs::exists(run_ / "last")) sleep(0.002);
  }
  void wait() {
    if (!ended_) ::waitpid(child_, &status_, 0);
    ended_ = true;
  }
  void kill() {
    if (!ended_) ::kill(child_, SIGKILL);
    wait();
  }
  bool was_killed() const { return WIFSIGNALED(status_); }
  int exit_code() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

 private:
  fs::path run_;
  pid_t child_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

TEST(SlowKill, AtTwentyRandomMoments) {
  const TinyText text;
  Config config = text.config();
  config.train.max_steps = 60;
  config.train.keep_last = 2;
  config.train.average_last = 2;
  config.train.valid_every = 7;
  config.batch.accumulate = 2;
  const fs::path file = text / "tiny.toml", whole = text / "whole/run";
  write_file_atomically(file, to_toml(config));

  const auto start = Clock::now();
  Training undisturbed(file, whole);
  undisturbed.wait_for_first_update();
  const double until_training = seconds_since(start);
  undisturbed.wait();
  ASSERT_EQ(undisturbed.exit_code(), 0);
  const double seconds = seconds_since(start);
  const auto expected = record_of(whole);

  RandomStream random(20);
  int before_the_run = 0, before_a_checkpoint = 0, later = 0;
  const auto kills = [&] { return before_the_run + before_a_checkpoint + later; };
  for (int chain = 0; kills() < kKills; ++chain) {
    // Each chain has its own folder, so tokenizer and corpus are prepared again, and kills hit that too.
    const fs::path run = text / ("chain" + std::to_string(chain)) / "run";
    for (bool finished = false; !finished;) {
      Training training(file, run);
      if (kills() < kKills) {
        // Starting takes most of the time. Of three kills, one is at any moment, one during the first updates, and one
        // after the first checkpoint.
        const double updates = seconds - until_training, spans[] = {seconds, updates / 12, updates};
        const int kind = kills() % 3;
        if (kind == 1) training.wait_for_first_update();
        if (kind == 2) training.wait_for_first_checkpoint();
        sleep(random.uniform() * spans[kind]);
        training.kill();
      } else {
        training.wait();
      }
      finished = !training.was_killed();
      if (finished) {
        ASSERT_EQ(training.exit_code(), 0);
      } else {
        ++(!fs::exists(run / "config.toml") ? before_the_run : !fs::exists(run / "last") ? before_a_checkpoint : later);
      }
    }
    ASSERT_EQ(record_of(run), expected);
    for (const fs::path& folder : {run, run / "checkpoints"})
      for (const std::string& name : names_in(folder)) EXPECT_FALSE(is_temporary_name(name)) << name;
  }
  std::printf("killed %d times before there was a run, %d before its first checkpoint, %d later\n", before_the_run,
              before_a_checkpoint, later);
  EXPECT_GT(later, 0);
}

}  // namespace
}  // namespace prenorm::test
