#include "prenorm/demo/demo_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/version.h"
#include "prenorm/config/placement.h"
#include "prenorm/config/write.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::demo {
namespace {

constexpr std::size_t kPageSamples = 5, kTerminalSamples = 2;

std::string loss_text(const DemoRun& run) { return run.diverged ? "diverged" : fmt::format("{:.3f}", run.valid_loss); }
std::string bleu_text(const DemoRun& run) { return run.diverged ? "–" : fmt::format("{:.2f}", run.bleu); }

html::Chart curves(const DemoResult& result, bool validation) {
  html::Chart chart;
  chart.title = validation ? "Validation loss" : "Training loss";
  chart.x_label = "update";
  chart.y_label = "loss, nats per target token";
  for (const DemoRun& run : result.runs)
    chart.series.push_back({run.name, validation ? run.valid_steps : run.loss_steps,
                            validation ? run.valid_losses : run.losses, /*dashed=*/false, run.name});
  return chart;
}

// Gradient of the second feed-forward matrix of each layer, encoder first, then decoder: the quantity of Theorem 1 and
// Figure 3 of Xiong et al. 2020.
html::Chart gradients(const DemoResult& result) {
  html::Chart chart;
  chart.title = "Gradient of each layer at update 1";
  chart.x_label = "layer, from the input: encoder, then decoder";
  chart.y_label = "L2 norm of the gradient of feed_forward.down.weight";
  chart.log_y = true;
  chart.note =
      "At initialisation, before any update. Under Post-LN the decoder's gradients grow towards the output; under "
      "Pre-LN they are even. Large gradients near the output are why Post-LN needs small first steps: a warm-up. The "
      "two Post-LN runs start from the same weights, so their lines coincide.";
  for (const DemoRun& run : result.runs) {
    // The Post-LN runs have the same initial gradients: dashed over solid shows both.
    html::Series series{run.name,
                        {},
                        {},
                        traits_of(run.config.model).needs_warmup() && run.config.schedule.warmup_steps == 0,
                        run.name};
    double layer = 0;
    const auto add = [&](const char* stack, std::int64_t layers) {
      for (std::int64_t i = 0; i < layers; ++i) {
        const auto found = run.gradient_norms.find(fmt::format("{}.layers.{}.feed_forward.down.weight", stack, i));
        series.x.push_back(++layer);
        series.y.push_back(found == run.gradient_norms.end() ? NAN : found->second);
      }
    };
    add("encoder", run.config.model.encoder_layers);
    add("decoder", run.config.model.decoder_layers);
    chart.series.push_back(std::move(series));
  }
  return chart;
}

html::Table table(const DemoResult& result) {
  html::Table table{{"run", "validation loss", "BLEU", "seconds"}, {}, "After the last update."};
  for (const DemoRun& run : result.runs)
    table.rows.push_back({run.name, loss_text(run), bleu_text(run), fmt::format("{:.0f}", run.training_seconds)});
  for (const DemoRun& run : result.runs) table.runs.push_back(run.name);
  return table;
}

html::Samples samples(const DemoResult& result) {
  html::Samples block;
  for (std::size_t i = 0; i < kPageSamples; ++i) {
    html::Sample sample;
    for (const DemoRun& run : result.runs) {
      if (i >= run.samples.size()) continue;
      sample.source = run.samples[i].source;
      sample.reference = run.samples[i].reference;
      sample.hypotheses.emplace_back(run.name, run.samples[i].output);
    }
    if (!sample.hypotheses.empty()) block.samples.push_back(std::move(sample));
  }
  return block;
}

html::Definitions definitions(const DemoResult& result) {
  const Config& c = result.runs.front().config;
  const auto warmup = std::max_element(result.runs.begin(), result.runs.end(), [](const auto& a, const auto& b) {
                        return a.config.schedule.warmup_steps < b.config.schedule.warmup_steps;
                      })->config.schedule.warmup_steps;
  return {
      {{"loss", fmt::format("label-smoothed cross-entropy (ε = {}), summed over target tokens (end of sentence "
                            "included) and divided by their number, in nats. Training: mean of {} updates, with "
                            "dropout; validation: without.",
                            c.train.label_smoothing, c.train.log_every)},
       {"BLEU", fmt::format("corpus BLEU of the translations of the validation text, beam {}: {}.", c.decode.beam,
                            result.runs.front().bleu_signature)},
       {"seconds", "time spent on updates: batches, forward and backward pass, optimizer. Validation is not included."},
       {"gradient norm",
        "square root of the sum of squares of the mean gradient of the first batch over the matrix, with dropout, "
        "before clipping and optimizer."},
       {"Common to all three", fmt::format("{}+{} layers, d_model {}, d_ff {}, {} heads; {} updates of at most {} "
                                           "target tokens, the same batches in the same order; {} at peak rate "
                                           "{:g}, constant to update {}, then falling as 1/√t.",
                                           c.model.encoder_layers, c.model.decoder_layers, c.model.d_model,
                                           c.model.d_ff, c.model.num_heads, result.steps, c.batch.max_tokens,
                                           enum_name(c.optim.name), c.optim.lr, c.schedule.decay_start_steps)},
       {"warm-up", fmt::format("the rate rises linearly over the first {} updates.", warmup)}}};
}

}  // namespace

html::Page demo_page(const DemoResult& result, const std::string& command) {
  html::Page page;
  page.title = "Three ways to train one Transformer";
  page.lead = {
      "The same model, batches and peak learning rate. The differences are where layer normalisation is applied and "
      "whether the rate is warmed up."};
  for (const DemoRun& run : result.runs) page.highlights.push_back({loss_text(run), "nats per token", run.name});
  for (const DemoRun& run : result.runs)
    page.runs.push_back({run.name, run.name, run.diverged ? "diverged" : "", page.runs.size()});
  page.sections.push_back({"Learning curves", {curves(result, false), curves(result, true), table(result)}});
  page.sections.push_back({"Why: the gradients at the start", {gradients(result)}});
  page.sections.push_back({"Sample translations", {samples(result)}});
  page.sections.push_back({"Definitions", {definitions(result)}});
  page.sections.push_back({"Reproduce this page",
                           {html::Preformatted{command, ""}, html::Preformatted{to_toml(result.runs.front().config),
                                                                                "Configuration of the first run"}}});
  page.footer = fmt::format("prenorm {}", version());
  return page;
}

std::string demo_table(const DemoResult& result) {
  std::string text = fmt::format("{:<22}{:>18}{:>8}{:>10}\n", "run", "validation loss", "BLEU", "seconds");
  for (const DemoRun& run : result.runs)
    text += fmt::format("{:<22}{:>18}{:>8}{:>10.0f}\n", run.name, loss_text(run), bleu_text(run), run.training_seconds);
  const html::Samples block = samples(result);
  for (std::size_t i = 0; i < std::min(kTerminalSamples, block.samples.size()); ++i) {
    const html::Sample& s = block.samples[i];
    text += fmt::format("\n{:<22}{}\n{:<22}{}\n", "source", s.source, "reference", s.reference);
    for (const auto& [name, output] : s.hypotheses) text += fmt::format("{:<22}{}\n", name, output);
  }
  return text;
}

}  // namespace prenorm::demo
