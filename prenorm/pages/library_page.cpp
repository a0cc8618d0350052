#include "prenorm/pages/library_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/version.h"
#include "prenorm/html/axis.h"
#include "prenorm/pages/layer_sections.h"
#include "prenorm/pages/noise_sections.h"
#include "prenorm/pages/probe_sections.h"
#include "prenorm/pages/run_sections.h"
#include "prenorm/pages/study_sections.h"
#include "prenorm/pages/update_sections.h"

namespace prenorm::pages {
namespace {

std::string counted(std::size_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string contents(const Library& library) {
  std::vector<std::string> parts;
  const auto add = [&](std::size_t n, const char* one, const char* many) {
    if (n > 0) parts.push_back(counted(n, one, many));
  };
  add(library.runs().size(), "run", "runs");
  add(library.studies().size(), "study", "studies");
  add(library.probes().size(), "probe", "probes");
  add(library.updates().size(), "run's updates", "runs' updates");
  add(library.noises().size(), "noise scale", "noise scales");
  add(library.theories().size(), "check of the theory", "checks of the theory");
  if (parts.empty()) return "Nothing to show yet";
  std::string text = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) text += (i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return text;
}

std::string title_of(const Library& library) {
  const std::size_t all = library.runs().size() + library.studies().size() + library.probes().size() +
                          library.updates().size() + library.noises().size() + library.theories().size();
  if (all == 1 && library.runs().size() == 1) return fmt::format("Run: {}", library.runs().front()->name());
  if (all == 1 && library.studies().size() == 1) return fmt::format("Study: {}", name_of(library.studies().front()));
  if (all == 1 && library.probes().size() == 1)
    return fmt::format("Probe: {}", library.probes().front().path.stem().string());
  if (all == 1 && library.updates().size() == 1)
    return fmt::format("Updates: {}", library.updates().front().path.stem().string());
  if (all == 1 && library.noises().size() == 1)
    return fmt::format("Noise scale: {}", library.noises().front().path.stem().string());
  if (all == 1 && library.theories().size() == 1) return "Checks of the theory";
  return contents(library);
}

// The last noise scale of a run that has one.
void add_noise(std::vector<html::Highlight>& all, const Run& run) {
  const auto& line = run.metrics().last_noise;
  if (!line || line->groups.empty() || !line->groups.back().scale.examples) return;
  const noise::PartNoise& part = line->groups.back();
  all.push_back({html::format_value(*part.scale.examples), "examples",
                 fmt::format("gradient noise scale ({}), {}", part.part, interval_text(part.scale))});
}

std::vector<html::Highlight> highlights(const Runs& runs) {
  const Run* best = nullptr;
  const Run* translator = nullptr;
  std::size_t diverged = 0;
  for (const Run* run : runs) {
    if (run->has_diverged()) {
      ++diverged;
      continue;
    }
    const auto loss = run->validation_loss(), bleu = run->bleu();
    if (loss && (best == nullptr || *loss < *best->validation_loss())) best = run;
    if (bleu && (translator == nullptr || *bleu > *translator->bleu())) translator = run;
  }
  std::vector<html::Highlight> all;
  const bool several = runs.size() > 1;
  if (best != nullptr)
    all.push_back({fmt::format("{:.3f}", *best->validation_loss()), "nats per token",
                   several ? "lowest validation loss: " + best->name() : "validation loss"});
  if (translator != nullptr)
    all.push_back({fmt::format("{:.2f}", *translator->bleu()), "BLEU",
                   several ? "highest: " + translator->name() : "at the end"});
  if (runs.size() == 1) add_noise(all, *runs.front());
  if (diverged > 0)
    all.push_back({fmt::format("{}", diverged), several ? fmt::format("of {}", runs.size()) : "run", "diverged"});
  return all;
}

html::Definitions definitions(const Runs& runs) {
  html::Definitions d;
  std::string smoothing, signature, every;
  for (const Run* run : runs) {
    if (run->config() && smoothing.empty()) {
      smoothing = fmt::format(" (ε = {})", run->config()->train.label_smoothing);
      every =
          fmt::format(" Each point is the mean since the previous one ({} updates).", run->config()->train.log_every);
    }
    if (run->results() && run->results()->last_validation && signature.empty())
      signature = run->results()->last_validation->bleu_signature;
  }
  d.terms = {
      {"loss",
       fmt::format(
           "label-smoothed cross-entropy{}, summed over target tokens (end of sentence included) and divided by "
           "their number, in nats. Training: with dropout; validation: without.{}",
           smoothing, every)},
      {"best", "the lowest validation loss of the run."},
      {"BLEU", fmt::format("corpus BLEU of the translations of the validation text{}{}.", signature.empty() ? "" : ": ",
                           signature)},
      {"gradient norm",
       "√Σg² of the gradient of the batch's mean loss, before clipping, over all parameters; for a layer, over its "
       "parameters."},
      {"learning rate", "rate of the update, schedule and warm-up included."},
      {"seconds", "time spent on updates: batches, forward and backward pass, optimizer. Validation is not included."}};
  return d;
}

// Cells are runs too: if there are no others, the cells of a single study can be chosen.
Runs all_runs(const Library& library) {
  Runs runs = library.runs();
  for (const Study& study : library.studies()) runs.insert(runs.end(), study.cells.begin(), study.cells.end());
  return runs;
}

void add(html::Page& page, std::string heading, std::vector<html::Block> blocks) {
  if (!blocks.empty()) page.sections.push_back({std::move(heading), std::move(blocks)});
}

void add_runs(html::Page& page, const Runs& runs) {
  if (runs.empty()) return;
  std::vector<html::Block> learning = curves(runs);
  learning.insert(learning.begin(), results_table(runs));
  add(page, "Learning curves", std::move(learning));
  add(page, "Layer by layer", layer_blocks(runs));
  add(page, "Gradient noise scale", noise_blocks(runs));
  add(page, "What went wrong", diagnoses(runs));
  add(page, "Sample translations", samples(runs));
  add(page, "Config differences", differences(runs));
}

// A probe in another format is reported as one more problem.
template <class Make>
void add_printed(html::Page& page, const std::vector<Printed>& all, const Make& make) {
  for (const Printed& printed : all) {
    try {
      page.sections.push_back(make(printed));
    } catch (const Error& error) {
      page.problems.emplace_back(error.what());
    }
  }
}

}  // namespace

html::Page library_page(const Library& library, const std::string& command) {
  html::Page page;
  const Runs runs = all_runs(library);
  const bool one_of_several = library.studies().size() + (library.runs().empty() ? 0 : 1) > 1;
  const auto prefix = [&](const Study& study) { return one_of_several ? name_of(study) + ": " : std::string(); };
  page.title = title_of(library);
  if (library.studies().size() == 1 && page.title != contents(library))
    page.lead = {counted(runs.size(), "cell.", "cells, each trained with other values of some keys.")};
  page.problems = library.problems();
  page.highlights = highlights(runs);
  page.runs = run_entries(runs);
  for (const Study& study : library.studies())
    for (html::Section& section : study_sections(study, prefix(study))) page.sections.push_back(std::move(section));
  add_runs(page, library.runs());
  for (const Study& study : library.studies()) {
    add(page, prefix(study) + "Layer by layer", layer_blocks(study.cells));
    add(page, prefix(study) + "Gradient noise scale", noise_blocks(study.cells));
    add(page, prefix(study) + "Sample translations of the cells", samples(study.cells));
  }
  add_printed(page, library.probes(), probe_section);
  add_printed(page, library.updates(), update_section);
  add_printed(page, library.noises(), noise_section);
  add_printed(page, library.theories(), theory_section);
  if (!runs.empty()) page.sections.push_back({"Definitions", {definitions(runs)}});
  std::vector<html::Block> again = origins(library.runs());
  again.insert(again.begin(), html::Preformatted{command + "\n", "This page"});
  page.sections.push_back({"Reproduce", std::move(again)});
  page.footer = fmt::format("prenorm {}", version());
  return page;
}

}  // namespace prenorm::pages
