#include "prenorm/huggingface/import.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/config/id_list.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/huggingface/checkpoint_folder.h"
#include "prenorm/huggingface/config_json.h"
#include "prenorm/huggingface/tokenizer_files.h"
#include "prenorm/huggingface/weights.h"
#include "prenorm/runs/checkpoint.h"

namespace prenorm::huggingface {
namespace fs = std::filesystem;
namespace {

// Adds what config.json leaves open and the tensors show. A checkpoint of masked LM may have been trained with the
// next-sentence objective, as the published BERT was; a segment table with one row of zeros means no segments.
void complete(Architecture& a, const TensorsByName& tensors) {
  const auto find = [&](std::string_view ending) {
    return std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.first.ends_with(ending); });
  };
  if (!a.is_encoder()) return;
  const auto segments = find("embeddings.token_type_embeddings.weight");
  if (a.model.segments == 1 && segments != tensors.end() && !segments->second.to(at::kBool).any().item<bool>())
    a.model.segments = 0;
  if (a.masked_lm && a.model.segments == 2 && a.type != ModelType::kRobertaPreLayerNorm)
    a.next_sentence |=
        find("cls.seq_relationship.weight") != tensors.end() && find("pooler.dense.weight") != tensors.end();
}

TaskKind task_of(const Architecture& a) {
  if (a.type == ModelType::kMarian) return TaskKind::kTranslation;
  if (a.type == ModelType::kGpt2) return TaskKind::kCausalLm;
  return a.classes > 0 ? TaskKind::kClassification : TaskKind::kMaskedLm;
}

// Ids from config.json, if they differ from the tokenizer's end of sentence.
std::string end_ids_beside(const Architecture& a, const text::Tokenizer& tokenizer) {
  const std::vector<std::int64_t> end{tokenizer.eos_id()};
  return a.type != ModelType::kGpt2 || a.end_ids == end ? std::string() : config::ids_text(a.end_ids);
}

// The training text of the model is unknown, so a resumed run must name one.
Config config_of(const Architecture& a, const text::Tokenizer& tokenizer) {
  const std::string unknown = fmt::format("(imported, model_type {})", enum_name(a.type));
  Config config;
  config.task = task_of(a);
  config.model = a.model;
  config.masked_lm.next_sentence = a.next_sentence;
  config.decode.end_ids = end_ids_beside(a, tokenizer);
  config.tokenizer.vocab_size = std::clamp<std::int64_t>(a.vocabulary, 8, 1'000'000);  // the key's range
  if (config.task == TaskKind::kTranslation) {
    config.data.train_source = config.data.train_target = unknown;
  } else {
    config.data.sequence_length = std::min<std::int64_t>(config.data.sequence_length, a.model.max_positions);
    (config.task == TaskKind::kClassification ? config.data.train_table : config.data.train_text) = unknown;
  }
  return config;
}

}  // namespace

Imported import_run(const fs::path& folder, const runs::RunFolder& run) {
  run.check_unused();
  if (!is_there(folder / "config.json"))
    throw_error<FileError>("{}: has no config.json, which describes the model", folder.string());
  Architecture architecture = read_config_json(folder / "config.json");
  TensorsByName tensors = read_tensors(folder);
  complete(architecture, tensors);
  const Layout layout = layout_of(architecture);
  const FittedTensors fitted = fit(layout, by_known_names(layout, tensors, folder), folder);
  const text::Tokenizer tokenizer = read_tokenizer(folder, architecture);

  nn::Parameters parameters = empty_parameters(layout);
  {
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : fitted.ours) parameters.at(name).copy_(tensor);
  }
  const Config config = config_of(architecture, tokenizer);
  validate(config);
  // Rejects what later commands could not read.
  load_config_text(to_toml(config), (folder / "config.json").string() + ", as the configuration of a run");
  AtomicDirectory made(run.path());
  const runs::RunFolder inside(made.path());
  inside.create(config, {tokenizer, tokenizer, true});
  runs::save_weights(inside.checkpoint(0), parameters,
                     {{"imported_from", absolute_path(folder).string()}, {"model_type", enum_name(architecture.type)}});
  inside.link_last(0);
  inside.link_best(0);
  made.commit();
  return {architecture, config.task, parameters.count(), fitted.left_out};
}

}  // namespace prenorm::huggingface
