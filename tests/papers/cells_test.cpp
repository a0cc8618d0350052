// Finished parts are kept, damaged ones are computed again.
#include "prenorm/papers/cells.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/hash.h"
#include "prenorm/machine/stop_signal.h"

namespace prenorm::papers {
namespace {

using nlohmann::json;

TEST(Cells, AreComputedOnce) {
  const test::TemporaryFolder folder;
  int calls = 0;
  const auto compute = [&] { return json{{"calls", ++calls}}; };
  for (int call = 0; call < 2; ++call) {
    const Cells cells(folder / "cells", "1");
    EXPECT_EQ(cells.get("a", compute)["calls"], 1);
  }
  EXPECT_EQ(Cells(folder / "cells", "1").get("b", compute)["calls"], 2);
  EXPECT_EQ(Cells(folder / "cells", "2").get("a", compute)["calls"], 3) << "cells of another version are gone";
  EXPECT_EQ(Cells(folder / "cells", "1").get("b", compute)["calls"], 4);
}

TEST(Cells, KeepNumbersToTheBit) {
  const test::TemporaryFolder folder;
  const double third = 1.0 / 3, tiny = 5e-324;
  for (int call = 0; call < 2; ++call) {
    const json value = Cells(folder / "cells").get("a", [&] { return json{third, tiny}; });
    EXPECT_EQ(value[0].get<double>(), third);
    EXPECT_EQ(value[1].get<double>(), tiny);
  }
}

TEST(Cells, ThatAreDamagedAreComputedAgain) {
  const test::TemporaryFolder folder;
  const Cells cells(folder / "cells");
  int calls = 0;
  const auto compute = [&] { return json(++calls); };
  EXPECT_EQ(cells.get("a", compute), 1);
  for (const char* damaged : {"", "{", "[]", "{\"cell\": \"b\", \"value\": 7}", "{\"cell\": \"a\"}"}) {
    write_file_atomically(folder / "cells" / (hash_hex("a") + ".json"), damaged);
    const int before = calls;
    EXPECT_EQ(cells.get("a", compute), before + 1) << damaged;
  }
}

TEST(Cells, WithoutAFolderAreNotKept) {
  int calls = 0;
  const Cells cells;
  for (int call = 0; call < 2; ++call) cells.get("a", [&] { return json(++calls); });
  EXPECT_EQ(calls, 2);
}

TEST(Cells, ManyComeBackInTheirOrder) {
  const test::TemporaryFolder folder;
  const Cells cells(folder / "cells");
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back("cell " + std::to_string(i));
  std::atomic<int> calls = 0;
  cells.get(names[7], [] { return json(7); });
  for (const CellThreads threads : {CellThreads::kOneEach, CellThreads::kAllForEach}) {
    const auto values = cells.get_all("cells", names, threads, [&](std::size_t i) {
      ++calls;
      return json(i);
    });
    ASSERT_EQ(values.size(), names.size());
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], i);
    EXPECT_EQ(calls, 19);
  }
}

TEST(Cells, StopAtASignalAndKeepWhatIsFinished) {
  const test::TemporaryFolder folder;
  const Cells cells(folder / "cells");
  {
    const StopSignal stop;
    EXPECT_THROW(cells.get_all("cells", {"a", "b", "c"}, CellThreads::kAllForEach,
                               [](std::size_t i) {
                                 if (i == 1) std::raise(SIGTERM);
                                 return json(i);
                               }),
                 Interrupted);
  }
  const StopSignal stop;
  const auto nothing = [] { return json("computed again"); };
  EXPECT_EQ(cells.get("a", nothing), 0);
  EXPECT_EQ(cells.get("b", nothing), 1);
  EXPECT_EQ(cells.get("c", nothing), "computed again");
}

}  // namespace
}  // namespace prenorm::papers
