#include "prenorm/papers/icl_preconditioned_gd/ordering.h"

namespace prenorm::papers::icl_preconditioned_gd {

std::vector<std::vector<FormLosses>> measure_forms(const std::string& label,
                                                   const std::vector<RecursionOptions>& networks,
                                                   const ExperimentOptions& options, const Cells& cells) {
  std::vector<Model> models;
  for (RecursionOptions o : networks)
    for (std::int64_t seed = 1; seed <= options.seeds; ++seed)
      for (const Form form : kOrderedForms) {
        o.form = form;
        models.push_back(recursion_model(o, Inputs::kRotated,
                                         {.method = Method::kBfgs,
                                          .steps = options.quick ? 200 : 600,
                                          .prompts = 20'000,
                                          .seed = static_cast<std::uint64_t>(seed),
                                          .start = {}}));
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
