// Runs of the trainer on a tiny text, each in a folder that is removed after its test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "prenorm/app/setup.h"
#include "prenorm/app/train.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/tasks/translation_task.h"
#include "training/tiny_run.h"

namespace prenorm::training {

class TrainerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    be_quiet(true);
    text_ = new test::TinyText;
  }
  static void TearDownTestSuite() { delete text_; }
  void TearDown() override {
    for (const std::string& name : test::names_in(text_->path()))
      if (name.starts_with("run")) std::filesystem::remove_all(*text_ / name);
  }

  static runs::TrainingResult run(const Config& config, const std::string& name = "run") {
    return app::train(config, runs::RunFolder(*text_ / name), app::Start::kNew);
  }
  static std::filesystem::path path(const std::string& name = "run") { return *text_ / name; }
  static std::unique_ptr<tasks::TranslationTask> task_of(const Config& config) {
    const std::filesystem::path prepared = *text_ / "prepared";
    return std::make_unique<tasks::TranslationTask>(config, app::make_tokenizers(config, prepared), prepared);
  }
  // All weights as one row, in the order of the model.
  static at::Tensor weights(tasks::TranslationTask& task, const std::filesystem::path& checkpoint) {
    runs::load_weights(checkpoint, task.parameters());
    return task.parameters().values().clone();
  }
  static double norm(const at::Tensor& x) { return optim::l2_norm(x); }

  static inline test::TinyText* text_ = nullptr;
};

}  // namespace prenorm::training
