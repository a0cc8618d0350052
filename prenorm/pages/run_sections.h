// What a page says of runs: their results, curves, layers, differences, samples and configurations.
#pragma once

#include <span>
#include <vector>

#include "prenorm/html/page.h"
#include "prenorm/pages/run.h"

namespace prenorm::pages {

using Runs = std::vector<const Run*>;

// Runs beyond these are in the tables but not in the charts.
inline constexpr std::size_t kMostCurves = 24;

std::vector<html::RunEntry> run_entries(const Runs& runs);
html::Table results_table(const Runs& runs);
// Training and validation loss, BLEU where it was measured more than once, learning rate and gradient norm: those that
// have a value.
std::vector<html::Block> curves(const Runs& runs);
// The keys in which runs differ; no block where they do not.
std::vector<html::Block> differences(const Runs& runs);
std::vector<html::Block> samples(const Runs& runs);
// What stopped runs that went wrong left about it.
std::vector<html::Block> diagnoses(const Runs& runs);
// Commands that make these runs again, and their configurations.
std::vector<html::Block> origins(const Runs& runs);

// "'my runs/a'": as a shell takes it.
std::string shell_word(const std::string& text);

}  // namespace prenorm::pages
