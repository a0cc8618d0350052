#include "prenorm/app/load_model.h"

#include <string_view>

#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/runs/read_checkpoint.h"

namespace prenorm::app {
using runs::RunFolder;
using runs::Tokenizers;
namespace {

std::string_view run_purpose(TaskKind task) {
  switch (task) {
    case TaskKind::kTranslation: return "use prenorm translate";
    case TaskKind::kCausalLm: return "use prenorm generate";
    case TaskKind::kMaskedLm: return "use it to start another run (train.pretrained)";
    case TaskKind::kClassification: break;
  }
  return "it neither translates nor writes text";
}

void require_task(const Config& config, const RunFolder& folder, TaskKind task) {
  if (config.task != task)
    throw_error<UsageError>("{}: is a {} run; {}", folder.path().string(), enum_name(config.task),
                            run_purpose(config.task));
}

// `make` builds the model of a configuration and its tokenizers, with any weights.
template <class Model, class Make>
Loaded<Model> load_run(const RunFolder& folder, const std::string& which, TaskKind task, const Make& make) {
  Config config = load_run_config(folder.path()).config;
  require_task(config, folder, task);
  folder.find_checkpoint(which);  // before anything is created
  Loaded<Model> loaded{std::move(config), folder.tokenizers(), nullptr, {}};
  validate(loaded.config);
  loaded.model = make(loaded.config, loaded.tokenizers);
  loaded.checkpoint = runs::load_weights(folder, which, loaded.model->parameters());
  return loaded;
}

}  // namespace

LoadedTranslator load_translator(const RunFolder& folder, const std::string& which) {
  return load_run<models::Translator>(folder, which, TaskKind::kTranslation, [](const Config& c, const Tokenizers& t) {
    return std::make_unique<models::Translator>(c.model, t.source.size(), t.target.size(),
                                                static_cast<std::uint64_t>(c.train.seed));
  });
}

LoadedCausalLm load_causal_lm(const RunFolder& folder, const std::string& which) {
  return load_run<models::CausalLm>(folder, which, TaskKind::kCausalLm, [](const Config& c, const Tokenizers& t) {
    return std::make_unique<models::CausalLm>(c.model, t.source.size(), static_cast<std::uint64_t>(c.train.seed));
  });
}

}  // namespace prenorm::app
