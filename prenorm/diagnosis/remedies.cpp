#include "prenorm/diagnosis/remedies.h"

#include <fmt/format.h>

#include "prenorm/config/placement.h"
#include "prenorm/diagnosis/schedule_unit.h"

namespace prenorm::diagnosis {
namespace {

Remedy lower_rate(const Config& c, double factor, std::string why) {
  return {fmt::format("optim.lr = {:.3g}", c.optim.lr / factor), std::move(why)};
}

Remedy warm_up(const Evidence& e) {
  return {fmt::format("schedule.warmup_steps = {}", in_schedule_unit(e, 4000)),
          "the rate rises while gradients and Adam's moments settle"};
}

Remedy other_placement(std::string why) {
  return {fmt::format("model.norm_placement = \"{}\"", enum_name(kRecommendedPlacement)), std::move(why)};
}

std::vector<Remedy> for_high_rate(const Evidence& e) {
  const Config& c = e.config;
  std::vector<Remedy> remedies{lower_rate(c, 10, "a tenth; the largest stable rate may lie in between")};
  if (c.schedule.warmup_steps == 0) remedies.push_back(warm_up(e));
  if (c.optim.clip_norm == 0) remedies.push_back({"optim.clip_norm = 1.0", "bounds what one batch can do"});
  if (traits_of(c.model).needs_warmup()) remedies.push_back(other_placement("stable at higher rates"));
  return remedies;
}

std::vector<Remedy> for_adam(const OptimConfig& o) {
  std::vector<Remedy> remedies;
  if (o.beta1 * o.beta1 >= o.beta2) remedies.push_back({"optim.beta2 = 0.98", "Vaswani et al. 2017, section 5.3"});
  if (o.beta1 > 0.9) remedies.push_back({"optim.beta1 = 0.9", "Vaswani et al. 2017, section 5.3"});
  if (o.eps < 1e-12 || o.eps > 1e-6) remedies.push_back({"optim.eps = 1e-9", "Vaswani et al. 2017, section 5.3"});
  return remedies;
}

std::vector<Remedy> for_rank_collapse(const ModelConfig& model) {
  const Remedy fewer{"", "fewer layers: each layer of attention makes tokens more alike"};
  if (model.attention_skip != 0) return {other_placement("keeps what distinguishes tokens, at any depth"), fewer};
  return {{"model.attention = \"e_spa\"", "starts from attention that keeps tokens apart without shortcuts"},
          {"model.attention_skip = 1", "the shortcut keeps what distinguishes tokens, at any depth"},
          fewer};
}

Remedy go_past(const char* why) { return {"train.on_fault = \"skip\"", why}; }

}  // namespace

std::string cause_text(Cause cause) {
  switch (cause) {
    case Cause::kNone: break;
    case Cause::kDamagedWeights: return "the weights were damaged before this run used them";
    case Cause::kBrokenOperator: return "a computation failed: neither the batch nor the weights are out of range";
    case Cause::kPoisonedBatch: return "one batch is bad; the model is sound";
    case Cause::kRateTooHigh: return "the learning rate is too high";
    case Cause::kPostLnCold: return "Post-LN was started at full rate, without warm-up";
    case Cause::kRankCollapse: return "the last layer cannot tell tokens apart: rank collapse at initialisation";
    case Cause::kMissingFinalNorm: return "the LayerNorm after the last Pre-LN layer is missing";
    case Cause::kEmbeddingScale: return "the embeddings are far too large";
    case Cause::kAdamMoments: return "Adam's beta1, beta2 or eps make its steps unbounded or almost zero";
    case Cause::kWeightDecay: return "weight decay outweighs the gradient";
    case Cause::kClipTooSmall: return "clipping removes almost all of the gradient";
    case Cause::kRateTooLow: return "the learning rate is too low: the weights hardly move";
    case Cause::kDataWithoutSignal:
      return "the targets cannot be predicted from their sources: the two texts are misaligned";
  }
  return "no problem found";
}

std::vector<Remedy> remedies_for(Cause cause, const Evidence& e) {
  const Config& c = e.config;
  switch (cause) {
    case Cause::kNone: return {};
    case Cause::kDamagedWeights:
      return {{"", "remove this checkpoint and resume from the one before"},
              {"", "check what wrote it: memory, disk, a tool that edits weights"}};
    case Cause::kBrokenOperator:
      return {{"runtime.fused = false",
               "computes the same with other kernels, to distinguish a faulty kernel from a faulty machine"},
              go_past("skips this batch and continues"),
              {"", "run `prenorm replay` on this update, and test the machine's memory"}};
    case Cause::kPoisonedBatch:
      return {{"", "check the lines named above, and correct or remove them"},
              go_past("skips such batches and continues"),
              {"optim.clip_norm = 1.0", "limits the effect of one batch"}};
    case Cause::kRateTooHigh: return for_high_rate(e);
    case Cause::kPostLnCold:
      return {other_placement("needs no warm-up (Xiong et al. 2020)"), warm_up(e),
              lower_rate(c, 10, "slower, and stable without warm-up at small depth")};
    case Cause::kRankCollapse: return for_rank_collapse(c.model);
    case Cause::kMissingFinalNorm:
      return {other_placement("the same layers with the LN that is missing"),
              lower_rate(c, 10, "holds off the same end for longer, no more")};
    case Cause::kEmbeddingScale:
      return {{"", "start the tables from N(0, 1/d_model), as a new run does; rescale imported ones"},
              {"optim.clip_norm = 1.0", "limits their growth"},
              lower_rate(c, 10, "slows their growth")};
    case Cause::kAdamMoments: return for_adam(c.optim);
    case Cause::kWeightDecay:
      return {{fmt::format("optim.weight_decay = {:.3g}", std::min(c.optim.weight_decay / 100, 0.01)),
               "usual values are 0.0001 to 0.01 (added to the gradient) or up to 0.1 (decoupled)"}};
    case Cause::kClipTooSmall:
      return {{fmt::format("optim.clip_norm = {:.2g}", std::max(1.0, e.state.history.usual_grad_norm())),
               "about the usual gradient norm: clips only outliers"}};
    case Cause::kRateTooLow: {
      std::vector<Remedy> remedies{{c.optim.lr > 0 ? fmt::format("optim.lr = {:.3g}", std::max(c.optim.lr * 30, 1e-4))
                                                   : std::string("optim.lr = 0.0005"),
                                    "the usual range for Adam is 1e-4 to 1e-3"}};
      if (c.schedule.warmup_steps > 0)
        remedies.push_back({fmt::format("schedule.warmup_steps = {}", c.schedule.warmup_steps / 10), "a shorter rise"});
      return remedies;
    }
    case Cause::kDataWithoutSignal:
      return {
          {"",
           "check that line N of the target translates line N of the source: shuffled or shifted texts look like this"},
          {"", "check that both tokenizers fit their texts: run prenorm translate on a training line"},
          {"", "train longer: on some texts the loss starts to fall late"}};
  }
  return {};
}

std::string theory_for(Cause cause, const Evidence& e) {
  const std::int64_t layers = output_layers(e.config.model);
  if (cause == Cause::kPostLnCold)
    return fmt::format(
        "Theorem 1 of Xiong et al. 2020: with Post-LN the gradient of the last layer's feed-forward network is "
        "O(d √ln d) at initialisation whatever the depth; with Pre-LN it falls as 1/√L, to {:.2g} of that at {} "
        "layers. "
        "A rate that fits the later gradients is too high for the first ones.",
        1 / std::sqrt(static_cast<double>(layers)), layers);
  if (cause == Cause::kMissingFinalNorm)
    return fmt::format(
        "Lemma 2 of Xiong et al. 2020: without LN the Pre-LN state has E‖x‖² between (1 + l/2) d and (1 + 3l/2) d "
        "after "
        "l sublayers, at {} layers from {:.2g} to {:.2g} times d; the factor 1/√L of Theorem 1 comes from the LN after "
        "the last layer, which divides by that and is missing here.",
        layers, 1 + static_cast<double>(layers) / 2, 1 + 3 * static_cast<double>(layers) / 2);
  if (cause == Cause::kRankCollapse)
    return "Without skip connections, attention's output tends to a matrix of rank one, doubly exponentially with "
           "depth "
           "(Dong et al. 2021). Queries and keys then have almost no gradient, and all tokens get one prediction.";
  if (cause == Cause::kEmbeddingScale)
    return "All lemmas of Xiong et al. 2020 start from embedded tokens of E‖x‖² about d; here they are of another "
           "size.";
  return {};
}

}  // namespace prenorm::diagnosis
