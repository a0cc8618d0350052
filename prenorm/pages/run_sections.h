// Page sections for runs: their results, curves, layers, differences, samples and configurations.
#pragma once

#include <span>
#include <vector>

#include "prenorm/html/page.h"
#include "prenorm/pages/run.h"

namespace prenorm::pages {

using Runs = std::vector<const Run*>;

// Further runs are in the tables but not in the charts.
inline constexpr std::size_t kMostCurves = 24;

std::vector<html::RunEntry> run_entries(const Runs& runs);
html::Table results_table(const Runs& runs);
// Training and validation loss, BLEU if it was measured more than once, learning rate and gradient norm, as far as they
// have values.
std::vector<html::Block> curves(const Runs& runs);
// The keys in which runs differ; no block if they do not.
std::vector<html::Block> differences(const Runs& runs);
std::vector<html::Block> samples(const Runs& runs);
// The diagnoses that stopped runs left.
std::vector<html::Block> diagnoses(const Runs& runs);
// Commands that reproduce these runs, and their configurations.
std::vector<html::Block> origins(const Runs& runs);

// "'my runs/a'": quoted for a shell.
std::string shell_word(const std::string& text);

}  // namespace prenorm::pages
