// Cells are the same on any number of threads and are resumed; runs are kept whole; events on traces.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "prenorm/papers/benign_overfitting/critical.h"
#include "prenorm/papers/benign_overfitting/grid.h"
#include "prenorm/papers/benign_overfitting/settings.h"
#include "prenorm/papers/benign_overfitting/traces.h"

namespace prenorm::papers::benign_overfitting {
namespace {

GridSetting small_grid() { return {{8, 12}, {0.4, 0.8}, {0.1, kStop}, 1}; }

TEST(BenignCells, AreTheSameOnOneThreadAndOnTwo) {
  const int before = at::get_num_threads();
  std::vector<std::vector<double>> losses, products;
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    losses.push_back(measure_grid(small_grid(), Cells())[1].test_loss);
    CriticalSetting eight;
    eight.data.samples = 8;
    products.push_back(critical_products({eight, eight}, Cells()));
  }
  at::set_num_threads(before);
  EXPECT_EQ(losses[0], losses[1]);
  EXPECT_EQ(products[0], products[1]);
}

// By name, when each cell was written.
std::map<std::string, std::filesystem::file_time_type> cells_in(const std::filesystem::path& folder) {
  std::map<std::string, std::filesystem::file_time_type> cells;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".json") cells[entry.path().filename()] = entry.last_write_time();
  return cells;
}

TEST(BenignCells, OfAGridThatWasKilledAreResumed) {
  const test::TemporaryFolder folder;
  GridSetting half = small_grid();
  half.samples.pop_back();
  measure_grid(half, Cells(folder / "cells", "1"));
  const auto first = cells_in(folder / "cells");
  ASSERT_EQ(first.size(), 2U);
  const auto whole = measure_grid(small_grid(), Cells(folder / "cells", "1"));
  const auto second = cells_in(folder / "cells");
  EXPECT_EQ(second.size(), 4U);
  for (const auto& [name, written] : first) EXPECT_EQ(second.at(name), written) << name;
  EXPECT_EQ(whole[1].test_loss, measure_grid(small_grid(), Cells())[1].test_loss);
}

TEST(BenignRuns, AreTheSameAfterJson) {
  RunSetting setting = run_setting(small_data(1, kBenignProduct), {0.1, kStop});
  setting.record = Record::kTrace;
  const auto run = train(setting);
  const auto read = run_from_json(nlohmann::json::parse(to_json(run).dump()));
  ASSERT_EQ(read.stops.size(), 2U);
  EXPECT_EQ(read.at_stop(1).test.loss, run.at_stop(1).test.loss);
  EXPECT_EQ(read.time(0), run.time(0));
  EXPECT_EQ(read.trace.back().attention_noise, run.trace.back().attention_noise);
  EXPECT_TRUE(std::isnan(run.time(2)) && std::isnan(run.at_stop(2).test.error));
}

TEST(BenignTraces, FindEvents) {
  std::vector<State> trace(4);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    trace[i].step = static_cast<std::int64_t>(i);
    trace[i].attention_signal = 0.1 * static_cast<double>(i);
    trace[i].loss = 1 - 0.2 * static_cast<double>(i);
  }
  EXPECT_EQ(first_above(trace, &State::attention_signal, 0.15).step, 2);
  EXPECT_EQ(first_below(trace, &State::loss, 0.9).step, 1);
  EXPECT_EQ(first_above(trace, &State::attention_signal, 1).step, -1);
  EXPECT_DOUBLE_EQ(largest_distance(trace, &State::attention_signal, 0, 0.5), 0.2);
}

}  // namespace
}  // namespace prenorm::papers::benign_overfitting
