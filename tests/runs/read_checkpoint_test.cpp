// Reading a checkpoint of a run that is in training: it may go away at any moment.
#include "prenorm/runs/read_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "prenorm/app/load_model.h"
#include "prenorm/base/error.h"
#include "prenorm/diagnosis/evidence.h"
#include "prenorm/runs/checkpoint.h"
#include "training/trainer_fixture.h"

namespace prenorm::runs {
namespace {

namespace fs = std::filesystem;

class ReadCheckpoint : public training::TrainerTest {
 protected:
  ReadCheckpoint() {
    Config config = text_->config();
    config.train.max_steps = 10;
    run(config);
  }

  // What a run in training does: a newer checkpoint, whose step is in its state, the links to it, the others away.
  void train_on() const {
    const std::int64_t last = folder_.steps().back();
    const fs::path copy = folder_.checkpoints() / "copy.partial-0-0";
    fs::copy(folder_.checkpoint(last), copy, fs::copy_options::recursive);
    fs::rename(copy, folder_.checkpoint(last + 1));
    folder_.link_last(last + 1);
    folder_.link_best(last + 1);
    for (const std::int64_t step : folder_.steps())
      if (step <= last) runs::RunFolder::remove_checkpoint(folder_.checkpoint(step));
  }

  const runs::RunFolder folder_{path()};
};

TEST_F(ReadCheckpoint, OneThatGoesAwayIsLookedUpAgain) {
  for (const char* which : {"last", "best", ""}) {
    std::vector<fs::path> seen;
    const std::string weights = read_checkpoint(folder_, which, [&](const fs::path& checkpoint) {
      seen.push_back(checkpoint);
      EXPECT_TRUE(fs::exists(checkpoint / "trainer.json"));
      if (seen.size() < 3) train_on();
      return read_file(checkpoint / "model.safetensors");
    });
    EXPECT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen.back(), folder_.checkpoint(folder_.steps().back())) << "the folder itself, not the link to it";
    EXPECT_EQ(hash_hex(weights), hash_file_hex(seen.back() / "model.safetensors"));
  }
}

TEST_F(ReadCheckpoint, AllFilesAreOfOneCheckpoint) {
  int calls = 0;
  read_checkpoint(folder_, "last", [&](const fs::path& checkpoint) {
    const std::string state = read_file(checkpoint / "trainer.json");
    if (calls++ == 0) train_on();
    const std::string again = read_file(checkpoint / "trainer.json");
    EXPECT_EQ(again, state);
    return 0;
  });
  EXPECT_EQ(calls, 2);
}

TEST_F(ReadCheckpoint, ADamagedOneThatStaysIsReportedAtOnce) {
  write_file_atomically(folder_.checkpoint(10) / "model.safetensors", "damaged");
  int calls = 0;
  EXPECT_THROW(read_checkpoint(folder_, "last",
                               [&](const fs::path& checkpoint) {
                                 ++calls;
                                 return read_weights(checkpoint);
                               }),
               CheckpointError);
  EXPECT_EQ(calls, 1);
}

TEST_F(ReadCheckpoint, OneThatAlwaysGoesAwayIsReportedInTheEnd) {
  EXPECT_THROW(read_checkpoint(folder_, "last",
                               [&](const fs::path& checkpoint) {
                                 train_on();
                                 return read_file(checkpoint / "model.safetensors");
                               }),
               FileError);
}

// The readers of commands, while a thread makes one new checkpoint and removes the old one during each of them.
TEST_F(ReadCheckpoint, ReadersOfARunInTraining) {
  std::atomic<bool> stop = false;
  std::atomic<int> wanted = 0;
  std::thread trainer([&] {
    for (int made = 0; made < wanted || !stop;) {
      if (made == wanted) continue;
      train_on();
      ++made;
    }
  });
  std::string error;
  try {
    for (int i = 0; i < 40; ++i) {
      ++wanted;
      EXPECT_EQ(diagnosis::read_evidence(folder_).state.step, 10);
      for (const char* which : {"", "last"}) {
        ++wanted;
        EXPECT_TRUE(app::load_translator(folder_, which).model);
      }
    }
  } catch (const std::exception& caught) {
    error = caught.what();
  }
  stop = true;
  trainer.join();
  EXPECT_EQ(error, "");
  EXPECT_EQ(folder_.steps(), std::vector<std::int64_t>{10 + wanted});
}

}  // namespace
}  // namespace prenorm::runs
