// Runs of every task, each trained within a second.
#pragma once

#include <array>
#include <string>

#include "prenorm/app/train.h"
#include "tasks/tiny_documents.h"
#include "tasks/toy_tables.h"
#include "training/tiny_run.h"

namespace prenorm::test {

inline constexpr std::array<TaskKind, 4> kTasks{TaskKind::kTranslation, TaskKind::kMaskedLm, TaskKind::kCausalLm,
                                                TaskKind::kClassification};

class TinyRuns {
 public:
  Config config(TaskKind task) const {
    Config c = task == TaskKind::kTranslation      ? text_.config()
               : task == TaskKind::kClassification ? tables_.config()
                                                   : documents_.config(task);
    c.train.seed = static_cast<std::int64_t>(test_seed(1));
    c.train.max_steps = 30;
    c.train.valid_every = c.train.checkpoint_every = 10;
    c.optim.lr = 1e-2;
    return c;
  }
  runs::RunFolder folder(const std::string& name) const { return runs::RunFolder(text_ / name); }
  runs::RunFolder trained(const Config& c, const std::string& name) const {
    app::train(c, folder(name), app::Start::kNew);
    return folder(name);
  }

 private:
  TinyText text_;
  TinyDocuments documents_;
  ToyTables tables_{toy_classes(1, 100), toy_classes(2, 30)};
};

}  // namespace prenorm::test
