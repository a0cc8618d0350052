// trainer.json made by somebody else, with a hash that fits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/hash.h"
#include "prenorm/runs/checkpoint.h"

namespace prenorm::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::TemporaryFolder;

runs::TrainerState full_state() {
  runs::TrainerState state;
  state.step = 12;
  state.window = {1, 2, 3, 4, 5};
  state.skipped = {{1, 2, 3, 4}};
  state.history.parameters = {"a", "b"};
  state.history.add({5, 0, 1, 1, 1e-3, 2.5, 2.5, 0.5, {{1, 2, 3}, {4, 5, 6}}}, 8);
  state.history.add({6, 0, 2, 1, 1e-3, 2.5, 2.5, 0.5, {}}, 8);
  state.noise_scale.add(NoiseScale::kNorm, {{{"encoder.norm.weight", {1, 2}}}, 4, 40}, 0.9);
  state.noise_scale.add(NoiseScale::kNorm, {{{"encoder.norm.weight", {2, 3}}}, 4, 40}, 0.9);
  return state;
}

// Writes the state with the hash of its content, as save_checkpoint() does.
void write_signed(const fs::path& folder, json state) {
  state["xxh3_128"] = json::object();
  state["xxh3_128"]["trainer.json"] = hash_hex(state.dump());
  std::ofstream(folder / "trainer.json") << state.dump(2);
}

// Each number in it, by its place.
std::vector<json::json_pointer> numbers_in(const json& state) {
  std::vector<json::json_pointer> numbers;
  const json flat = state.flatten();
  for (const auto& [place, value] : flat.items())
    if (value.is_number()) numbers.emplace_back(place);
  return numbers;
}

TEST(TrainerState, IsReadAsItWasWritten) {
  const TemporaryFolder folder;
  write_signed(folder.path(), full_state());
  EXPECT_EQ(json(load_state(folder.path())), json(full_state()));
}

TEST(TrainerState, OfAnOlderVersionLacksWhatCameLater) {
  const TemporaryFolder folder;
  write_signed(folder.path(), {{"step", 7}, {"epoch", 1}});
  EXPECT_EQ(load_state(folder.path()).step, 7);
  EXPECT_TRUE(load_state(folder.path()).on_schedule);
  EXPECT_TRUE(load_state(folder.path()).noise_scale.empty());
}

TEST(TrainerState, EachNumberHasItsRange) {
  const TemporaryFolder folder;
  const json good = full_state();
  const std::vector<json::json_pointer> places = numbers_in(good);
  ASSERT_GE(places.size(), 40U);
  for (const json::json_pointer& place : places)
    for (const json& value : {json(-1e300), json("12"), json(), json::array(), json::object(), json(true)}) {
      if (place == json::json_pointer("/best_value") && value.is_number()) continue;  // a score may be anything
      json bad = good;
      bad[place] = value;
      write_signed(folder.path(), bad);
      EXPECT_THROW(load_state(folder.path()), CheckpointError) << place.to_string() << " = " << value;
    }
  for (const json::json_pointer& place : places)
    if (good[place].is_number_integer())
      for (const json& value : {json(-1), json(INT64_MIN), json(UINT64_MAX), json(INT64_MAX), json(1.5)}) {
        json bad = good;
        bad[place] = value;
        write_signed(folder.path(), bad);
        EXPECT_THROW(load_state(folder.path()), CheckpointError) << place.to_string() << " = " << value;
      }
}

TEST(TrainerState, TensorsOfTheHistoryAreThoseOfTheParameters) {
  const TemporaryFolder folder;
  for (const char* place :
       {"/history/updates/0/tensors/0", "/history/parameters/0", "/history/updates/0/tensors/1/2"}) {
    json bad = full_state();
    const json::json_pointer pointer(place);
    bad[pointer.parent_pointer()].erase(std::size_t{0});
    write_signed(folder.path(), bad);
    EXPECT_THROW(load_state(folder.path()), CheckpointError) << place;
  }
}

TEST(TrainerState, DeepNestingIsADamagedCheckpoint) {
  const TemporaryFolder folder;
  std::string deep = "{\"x\": " + std::string(200'000, '[') + std::string(200'000, ']') + "}";
  std::ofstream(folder / "trainer.json") << deep;
  EXPECT_THAT([&] { load_state(folder.path()); },
              ::testing::ThrowsMessage<CheckpointError>(::testing::HasSubstr("the checkpoint is damaged")));
  EXPECT_TRUE(is_on_schedule(folder.path()));
}

}  // namespace
}  // namespace prenorm::runs
