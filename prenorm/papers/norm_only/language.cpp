#include "prenorm/papers/norm_only/language.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/zeros.h>

#include <cctype>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/papers/cells.h"

namespace prenorm::papers::norm_only {
namespace {

constexpr std::int64_t kSequences = 16, kLength = 64;
constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789 .,'\"!?-():;\n";

ModelConfig language_model(std::int64_t width) {
  ModelConfig model;
  model.decoder_layers = 2;
  model.d_model = width;
  model.d_ff = 4 * width;
  model.num_heads = 4;
  model.dropout = 0;
  return model;
}

bool is_norm(const nn::Parameter& parameter) { return parameter.name.find("norm") != std::string::npos; }

at::Tensor norm_mask(const nn::Parameters& parameters) {
  std::vector<at::Tensor> parts;
  for (const nn::Parameter& p : parameters.list())
    parts.push_back(at::full_like(p.value.detach().reshape({-1}), is_norm(p) ? 1 : 0));
  return at::cat(parts);
}

}  // namespace

std::int64_t Characters::vocabulary() { return std::ssize(kCharacters); }

Characters::Characters(const std::vector<std::string>& lines, std::size_t count) {
  for (const std::string& line : lines) {
    for (const char c : line + "\n") {
      const auto place = kCharacters.find(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
      if (place != std::string_view::npos) ids_.push_back(static_cast<std::int64_t>(place));
    }
    if (ids_.size() >= count) break;
  }
  if (ids_.size() < count) throw_error<DataError>("a text of {} characters; {} are needed", ids_.size(), count);
  ids_.resize(count);
}

void Characters::append(batches::TextBatch& batch, std::size_t place, std::int64_t length) const {
  const auto from = ids_.begin() + static_cast<std::ptrdiff_t>(place);
  batch.tokens.ids.insert(batch.tokens.ids.end(), from, from + length);
  batch.targets.insert(batch.targets.end(), from + 1, from + length + 1);
  batch.tokens.end_sequence();
}

batches::TextBatch Characters::random_batch(std::int64_t sequences, std::int64_t length, std::uint64_t key) const {
  RandomStream random(mix_key({name_key("places"), key}));
  batches::TextBatch batch;
  for (std::int64_t s = 0; s < sequences; ++s)
    append(batch, random.below(ids_.size() - static_cast<std::size_t>(length)), length);
  return batch;
}

batches::TextBatch Characters::whole(std::int64_t length) const {
  const auto step = static_cast<std::size_t>(length);
  batches::TextBatch batch;
  for (std::size_t place = 0; place + step < ids_.size(); place += step) append(batch, place, length);
  return batch;
}

std::string_view name_of(Trained trained) {
  constexpr std::array<std::string_view, kTrained.size()> kNames = {"all weights", "norms", "random weights",
                                                                    "nothing"};
  return kNames.at(static_cast<std::size_t>(trained));
}

at::Tensor trained_mask(const nn::Parameters& parameters, Trained trained, std::uint64_t seed) {
  const at::Tensor norms = norm_mask(parameters);
  if (trained == Trained::kNorms) return norms;
  if (trained != Trained::kRandom) return at::full_like(norms, trained == Trained::kAll ? 1 : 0);
  std::vector<std::int64_t> others;
  const float* is_in_norm = norms.data_ptr<float>();
  for (std::int64_t i = 0; i < norms.numel(); ++i)
    if (is_in_norm[i] == 0) others.push_back(i);
  RandomStream random(mix_key({name_key("random weights"), seed}));
  shuffle(others, random);
  at::Tensor mask = at::zeros_like(norms);
  const auto count = static_cast<std::size_t>(std::lround(norms.sum().item<double>()));
  for (std::size_t i = 0; i < count; ++i) mask.data_ptr<float>()[others[i]] = 1;
  return mask;
}

LanguageOutcome train_language(const LanguageRun& run, const Characters& training, const Characters& validation) {
  models::CausalLm model(language_model(run.width), Characters::vocabulary(), run.seed);
  nn::Parameters& parameters = model.parameters();
  const at::Tensor mask = trained_mask(parameters, run.trained, run.seed);
  const auto mean_loss = [&](const batches::TextBatch& batch, bool is_training) {
    return model.loss(batch, /*label_smoothing=*/0, {.training = is_training}).loss_sum /
           static_cast<double>(batch.targets.size());
  };
  optim::Optimizer optimizer({.lr = run.rate}, parameters.values(), parameters.gradients());
  const std::int64_t updates = run.trained == Trained::kNothing ? 0 : run.updates;
  for (std::int64_t update = 1; update <= updates; ++update) {
    Cells::stop_if_asked();
    parameters.gradients().zero_();
    mean_loss(training.random_batch(kSequences, kLength, mix_key({run.seed, static_cast<std::uint64_t>(update)})), true)
        .backward();
    parameters.gradients().mul_(mask);  // Adam leaves weights whose gradient is always 0 as they are
    optimizer.step(run.rate);
  }
  const at::NoGradGuard no_grad;
  return {mean_loss(validation.whole(kLength), false).item<double>(), mask.sum().item<double>()};
}

}  // namespace prenorm::papers::norm_only
