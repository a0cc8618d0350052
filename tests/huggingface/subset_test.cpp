// Runs that train a part of their model are exported whole, with adapters in their matrices.
#include <gtest/gtest.h>

#include "prenorm/huggingface/export.h"
#include "prenorm/huggingface/import.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/read_checkpoint.h"
#include "tiny_runs.h"

namespace prenorm::huggingface {
namespace {

TEST(ExportOfAPart, HasAllWeights) {
  be_quiet(true);
  const test::TinyRuns runs;
  for (const TaskKind task : {TaskKind::kMaskedLm, TaskKind::kClassification}) {
    Config config = runs.config(task);
    config.model.norm_placement = NormPlacement::kPostLn;
    config.model.positions = Positions::kLearned;
    config.model.activation = Activation::kGelu;
    config.model.segments = 2;
    config.model.embedding_norm = true;
    config.model.scale_embeddings = false;
    config.train.trainable = "norm, *.down.bias";
    config.train.lora_rank = 2;
    const std::string name(enum_name(task));
    const runs::RunFolder run = runs.trained(config, name), again = runs.folder(name + "-again");
    export_run(run, "last", runs.folder(name + "-hf").path());
    import_run(runs.folder(name + "-hf").path(), again);
    const auto exported = runs::read_weights(again.find_checkpoint("")).tensors,
               trained = runs::read_weights(run.find_checkpoint("last")).tensors;
    for (const auto& [parameter, tensor] : trained) EXPECT_TRUE(exported.at(parameter).equal(tensor)) << parameter;
    EXPECT_EQ(exported.size(), trained.size());
    EXPECT_FALSE(trained.contains("encoder.layers.0.self_attention.qkv.lora_a"));
  }
}

}  // namespace
}  // namespace prenorm::huggingface
