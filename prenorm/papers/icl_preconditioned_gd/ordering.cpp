#include "prenorm/papers/icl_preconditioned_gd/ordering.h"

namespace prenorm::papers::icl_preconditioned_gd {

namespace {

Model form_model(const RecursionOptions& o, TrainingOfAAndB training, std::uint64_t seed, bool quick) {
  if (o.form == Form::kMatricesAAndB && training == TrainingOfAAndB::kFreshPrompts)
    return recursion_model(o, Inputs::kIsotropic,
                           {.steps = quick ? 3000 : 8000,
                            .prompts = quick ? 1024 : 2048,
                            .learning_rate = 1e-3,
                            .halve_every = 4000,
                            .record_every = 1000,
                            .seed = seed,
                            .start = {}});
  return recursion_model(
      o, Inputs::kRotated,
      {.method = Method::kBfgs, .steps = quick ? 200 : 600, .prompts = 20'000, .seed = seed, .start = {}});
}

}  // namespace

std::vector<std::vector<FormLosses>> measure_forms(const std::string& label, TrainingOfAAndB training,
                                                   const std::vector<RecursionOptions>& networks,
                                                   const ExperimentOptions& options, const Cells& cells) {
  std::vector<Model> models;
  for (RecursionOptions o : networks)
    for (std::int64_t seed = 1; seed <= options.seeds; ++seed)
      for (const Form form : kOrderedForms) {
        o.form = form;
        models.push_back(form_model(o, training, static_cast<std::uint64_t>(seed), options.quick));
      }
  const std::vector<Trained> trained = train_all(label, models, cells);
  std::vector<std::vector<FormLosses>> losses(networks.size(),
                                              std::vector<FormLosses>(static_cast<std::size_t>(options.seeds)));
  auto next = trained.begin();
  for (auto& seeds : losses)
    for (FormLosses& forms : seeds)
      for (double& loss : forms) loss = (next++)->test;
  return losses;
}

}  // namespace prenorm::papers::icl_preconditioned_gd
