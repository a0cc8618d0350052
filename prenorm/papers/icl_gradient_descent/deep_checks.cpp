#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/papers/icl_gradient_descent/deep_figures.h"
#include "prenorm/papers/icl_gradient_descent/deep_results.h"
#include "prenorm/papers/icl_gradient_descent/sine.h"
#include "prenorm/papers/icl_gradient_descent/weights.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using in_context::TokenNorm;
using nlohmann::json;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

// All that one seed measured, by study.
class SeedResults {
 public:
  SeedResults(Results& results, const Studies& measured, std::size_t seed)
      : results_(&results), measured_(&measured), seed_(seed) {}

  bool has(const std::string& name) const { return measured_->contains(name); }
  const json& study(const std::string& name) const { return measured_->at(name).at(seed_); }
  double number(const std::string& of, const char* name) const { return number_field(study(of), name); }
  double final_loss(const std::string& of) const { return numbers_field(study(of), "loss").back(); }
  void add(const char* name, const char* source, double measured, double predicted, Interval accepted,
           std::string what) const {
    results_->checks.push_back(
        {name, source, {{"seed", static_cast<double>(seed_ + 1)}}, measured, predicted, accepted, std::move(what)});
  }
  // The loss of one study below that of another.
  void add_order(const char* name, const char* source, const std::string& below, const std::string& above) const {
    if (has(below) && has(above))
      add(name, source, final_loss(below) / final_loss(above), 0, {0, 1},
          fmt::format("validation loss of {} over that of {}", below, above));
  }

 private:
  Results* results_;
  const Studies* measured_;
  std::size_t seed_;
};

// Predictions: the optimum of GD and GD++ over their rates, a mean over spectra of the context (appendix A.10).
void check_two_layers(const SeedResults& s) {
  const std::string study = "2 layers, tied";
  s.add("two_steps_of_gd", "Figure 4", s.number(study, "gd_loss"), 0.157, {0.150, 0.163},
        "validation loss of two steps of GD with the best rate");
  s.add("two_steps_of_gdpp", "Figure 4", s.number(study, "gdpp_loss"), 0.1104, {0.105, 0.116},
        "validation loss of two steps of GD++ with fitted rates");
  s.add("two_layers_over_gdpp", "Figure 4", s.final_loss(study) / s.number(study, "gdpp_loss"), 1, {0.95, 1.05},
        "validation loss of two tied layers over that of two steps of GD++");
  s.add("two_layers_over_gd", "Figure 4", s.final_loss(study) / s.number(study, "gd_loss"), 0.70, {0, 0.8},
        "validation loss of two tied layers over that of two steps of GD");
  s.add("nearer_to_gdpp", "Figure 4", s.number(study, "cosine_to_gdpp") - s.number(study, "cosine_to_gd"), 0.045,
        {0.01, 1}, "cosine of the trained network to GD++ less that to GD");
  s.add("gamma", "appendix A.10", s.number(study, "gamma"), 0.176, {0.156, 0.199},
        "γ of the trained weights: minus the mean of the inputs' diagonal of P W_V, after rescaling");
  s.add("rate_of_two_layers", "appendix A.10", s.number(study, "eta_over_n"), 1.35, {1.15, 1.55},
        "η/N of the trained weights: minus the last element of P W_V, after rescaling");
}

void check_orders(const SeedResults& s) {
  s.add_order("two_layers_below_one", "Figure 4", "2 layers, tied", "one layer");
  s.add_order("ten_layers_below_two", "Figure 4", "10 layers, tied", "2 layers, tied");
  s.add_order("untied_below_tied", "Figure 4", "5 layers, untied", "10 layers, tied");
  s.add_order("linear_below_softmax", "appendix A", "one layer", "2 softmax heads");
  s.add_order("two_heads_below_one", "appendix A", "2 softmax heads", "1 softmax head");
  s.add("two_softmax_heads_over_linear", "appendix A", s.final_loss("2 softmax heads") / s.final_loss("one layer"), 1,
        {1, 1.15}, "validation loss of two softmax heads over that of a linear one: most of the gap is closed");
  s.add("one_softmax_head_over_linear", "appendix A", s.final_loss("1 softmax head") / s.final_loss("one layer"), 2,
        {1.2, kNoLimit}, "validation loss of one softmax head over that of a linear one: it does not learn the step");
}

// Two softmax heads: "W_KQ of the two heads have off-diagonals of opposite sign that cancel in the sum" (appendix A).
void check_softmax_heads(const SeedResults& s) {
  const at::Tensor blocks = square_blocks(numbers_field(s.study("2 softmax heads"), "label_blocks"), 2);
  const Remainder left = remainder_of(blocks);
  s.add("softmax_heads_cancel", "appendix A", left.off_diagonal, 0, {0, 0.5},
        "off-diagonal elements of W_KQ, weighted by P W_V, of the sum of two heads over those of both");
  s.add("softmax_heads_add", "appendix A", left.diagonal, 1, {0.8, 1}, "the same of the diagonal elements");
}

// Predictions: the gamma of least loss, a mean over spectra of the context (appendix A.10).
void check_long_contexts(const SeedResults& s) {
  for (const auto& [pairs, gamma] : kLongContexts)
    if (const std::string study = long_context_name(pairs); s.has(study))
      s.add("gamma_by_pairs", "appendix A.10", s.number(study, "gamma"), gamma, {0.88 * gamma, 1.12 * gamma},
            fmt::format("γ of two tied layers trained on {} pairs", pairs));
}

void check_task_sets(const SeedResults& s) {
  const std::string few = task_set_name(kTaskSets[0]), many = task_set_name(8192);
  if (!s.has(few)) return;
  s.add("many_tasks_align", "appendix A", s.number(many, "cosine_to_gd"), 1, {0.99, 1},
        "cosine to GD of a layer trained on 8192 fixed tasks");
  s.add("few_tasks_align_less", "appendix A", s.number(many, "cosine_to_gd") - s.number(few, "cosine_to_gd"), 0.05,
        {0.005, 1}, "cosine to GD after training on 8192 fixed tasks less that after training on 128");
}

// The paper says it of LayerNorm; the other norms are measured beside it.
void check_placements(const SeedResults& s) {
  const std::string none = placement_name(TokenNorm::kNone);
  if (!s.has(none)) return;
  const std::pair<TokenNorm, const char*> norms[] = {{TokenNorm::kPreLn, "pre_ln_raises_loss"},
                                                     {TokenNorm::kPostLn, "post_ln_raises_loss"},
                                                     {TokenNorm::kPreRms, "pre_rms_raises_loss"},
                                                     {TokenNorm::kPostRms, "post_rms_raises_loss"}};
  for (const auto& [norm, name] : norms) {
    const std::string study = placement_name(norm);
    s.add(name, "section 6", s.final_loss(study) / s.final_loss(none), 1.5, {1.05, kNoLimit},
          fmt::format("validation loss of {} over that without, 2 untied layers", study));
  }
}

void check_copying(const SeedResults& s, const json& m) {
  const std::vector<double> loss = numbers_field(m, "loss"), next = numbers_field(m, "next"),
                            others = numbers_field(m, "others");
  s.add("copying_reaches_one_step", "section 5", loss.back(), 0.2062, {0.2, 0.2124},
        "validation loss of two layers on alternating tokens; predicted: one step of GD");
  s.add("first_layer_looks_ahead", "section 5", next.back() / others.back(), 10, {3, kNoLimit},
        "sensitivity of the first layer's output to the next token over that to others");
}

// An ideal step of GD on the features sin x and cos x has a loss of 0.0024.
void check_sine(const SeedResults& s, const json& m) {
  const double trained = numbers_field(m, "trained").back(), control = numbers_field(m, "control").back();
  s.add("sine_loss", "Figure 5", trained / Sine().null_loss(), 0.093, {0, 0.2},
        "validation loss of an MLP and one layer of attention on sines, over that of the answer 0");
  s.add("sine_not_above_control", "Figure 5", trained / control, 1, {0, 1.1},
        "validation loss over that of an MLP trained before one fixed step of GD");
}

}  // namespace

std::string task_set_name(std::int64_t tasks) { return fmt::format("{} fixed tasks", tasks); }
std::string long_context_name(std::int64_t pairs) { return fmt::format("2 layers, tied, {} pairs", pairs); }
std::string placement_name(TokenNorm norm) { return fmt::format("2 layers, norm {}", enum_name(norm)); }

void add_deep_results(Results& results, const Studies& measured) {
  const std::size_t seeds = measured.begin()->second.size();
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    const SeedResults s(results, measured, seed);
    check_two_layers(s);
    check_orders(s);
    check_softmax_heads(s);
    check_long_contexts(s);
    check_task_sets(s);
    check_placements(s);
    if (s.has("sine")) check_sine(s, s.study("sine"));
    if (s.has("copying")) check_copying(s, s.study("copying"));
  }
  add_deep_figures(results, measured);
}

}  // namespace prenorm::papers::icl_gradient_descent
