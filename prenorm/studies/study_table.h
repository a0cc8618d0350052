// What the cells of a study have in common and where they differ: one row per cell, figures over seeds, and the
// learning rates that work.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "prenorm/studies/cell_record.h"

namespace prenorm::studies {

// A key's value: numbers and choices are sorted by `order`, text by itself.
struct KeyValue {
  double order = 0;
  std::string text;  // as plain_value() spells it

  bool operator==(const KeyValue&) const = default;
  friend bool operator<(const KeyValue& a, const KeyValue& b) {
    return std::tie(a.order, a.text) < std::tie(b.order, b.text);
  }
};

struct StudyRow {
  CellRecord cell;
  std::vector<KeyValue> values;  // one per key in StudyTable::keys
  std::optional<double> best_loss, updates_to_target;
};

// Over the cells for which a figure is known; n = 0: over none.
struct Spread {
  std::int64_t n = 0;
  double mean = 0, lowest = 0, highest = 0;
};

// Cells that differ only in train.seed.
struct SeedSummary {
  std::vector<KeyValue> values;  // one per key in StudyTable::summary_keys
  double learning_rate = 0;
  std::string placement;
  std::int64_t finished = 0, diverged = 0;
  // Over the finished cells; loss and updates at validations.
  Spread loss = {}, bleu = {}, updates_to_target = {};
  std::vector<Spread> scores = {};  // one per name in StudyTable::score_names
};

// Learning rates that work for a placement, optimizer, warm-up, ...: the unbroken range of tried rates around the best
// one whose mean BLEU over seeds is within kBleuMargin of the best. A rate at which a seed diverged ends the range.
struct RateRange {
  std::vector<KeyValue> values;  // one per key in StudyTable::range_keys; in `placements`, only the placement
  double best_bleu = 0, best_rate = 0, lowest_rate = 0, highest_rate = 0;
  std::int64_t rates_tried = 0, rates_within = 0;
};
inline constexpr double kBleuMargin = 0.5;

struct StudyTable {
  std::vector<std::string> keys;                      // keys that vary among the cells
  std::vector<std::string> summary_keys, range_keys;  // without train.seed; without optim.lr either
  std::vector<StudyRow> rows;                         // sorted by their values
  std::optional<double> target_loss;                  // nats per token; empty while no cell has finished
  bool target_is_median = false;                      // the target is the median of the finished cells' final losses
  std::vector<std::string> score_names;               // names of the cells' scores, the main one first; may be empty
  std::vector<SeedSummary> summaries;
  std::vector<RateRange> ranges;      // one for each combination of range_keys with a BLEU
  std::vector<RateRange> placements;  // with the best combination at each rate
};

// `grid_keys` are the first keys, in their order; the others follow in the order of declaration.
StudyTable make_table(std::vector<CellRecord> cells, std::span<const std::string> grid_keys,
                      std::optional<double> target_loss);

}  // namespace prenorm::studies
