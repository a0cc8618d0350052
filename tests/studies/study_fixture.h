// A tiny text and configuration for tests that train cells with the real command.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/config/write.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/studies/study.h"
#include "training/tiny_run.h"

namespace prenorm::studies {

class StudyFixture : public ::testing::Test {
 protected:
  explicit StudyFixture(std::int64_t max_steps) {
    be_quiet(true);
    config_ = text_.config();
    config_.train.max_steps = max_steps;
    options_.folder = text_ / "study";
    options_.program = PRENORM_COMMAND;
  }

  LoadedConfig base() const {
    LoadedConfig loaded = load_config_text(to_toml(config_), "tiny.toml");
    loaded.origin["train.diverged_loss_ratio"] = "default";
    return loaded;
  }
  // The message of a UsageError; "taken" if there was none.
  template <class Action>
  static std::string refusal_of(const Action& action) {
    try {
      action();
    } catch (const UsageError& error) {
      return error.what();
    }
    return "taken";
  }

  test::TinyText text_;
  Config config_;
  studies::StudyOptions options_;
};

}  // namespace prenorm::studies
