#include "prenorm/pages/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "files/temporary_folder.h"
#include "pages/made_runs.h"
#include "prenorm/pages/library_page.h"
#include "prenorm/pages/run_sections.h"

namespace prenorm::pages {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::vector<std::string> names(const std::vector<const Run*>& runs) {
  std::vector<std::string> all;
  for (const Run* run : runs) all.push_back(run->name());
  return all;
}

Library library_of(std::vector<fs::path> paths, bool live = false) {
  Library library(std::move(paths), live);
  library.update();
  return library;
}

template <class T>
std::vector<const T*> blocks_of(const html::Page& page) {
  std::vector<const T*> all;
  for (const auto& section : page.sections)
    for (const auto& block : section.blocks)
      if (const T* found = std::get_if<T>(&block)) all.push_back(found);
  return all;
}

const html::Chart& chart(const html::Page& page, const std::string& title) {
  for (const html::Chart* c : blocks_of<html::Chart>(page))
    if (c->title == title) return *c;
  throw std::out_of_range(title);
}

void make_study(const fs::path& folder) {
  test::make_run(folder / "unused");
  fs::create_directories(folder / "cells");
  fs::rename(folder / "unused" / "config.toml", folder / "base.toml");
  fs::remove_all(folder / "unused");
  for (const char* placement : {"post_ln", "pre_ln"})
    for (const double lr : {0.001, 0.002})
      for (const int warmup : {0, 100}) {
        const bool diverged = placement[1] == 'o' && lr > 0.001 && warmup == 0;
        test::make_run(
            folder / "cells" /
                fmt::format("model.norm_placement={},optim.lr={},schedule.warmup_steps={}", placement, lr, warmup),
            {.placement = placement, .lr = lr, .warmup = warmup, .loss = 2 + 1000 * lr, .diverged = diverged});
      }
}

TEST(Library, KnowsRunsStudiesProbesAndFoldersOfThem) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "runs/b");
  test::make_run(folder / "runs/a");
  fs::create_directories(folder / "runs/prepared/x");
  make_study(folder / "study");
  write_file_atomically(folder / "theory.json", R"({"kind":"theory_checks","version":1,"checks":[]})");
  write_file_atomically(folder / "runs/probe.json",
                        R"({"kind":"probe","version":1,"models":[],"exponents":[],"where":"here"})");
  write_file_atomically(folder / "runs/other.json", "{}");
  const Library library = library_of({folder / "runs/", folder / "study", folder / "theory.json", folder / "runs/a"});
  EXPECT_THAT(names(library.runs()), ElementsAre("a", "b"));
  ASSERT_EQ(library.studies().size(), 1U);
  EXPECT_EQ(library.studies()[0].cells.size(), 8U);
  EXPECT_EQ(library.probes().size(), 1U);
  EXPECT_EQ(library.theories().size(), 1U);
  EXPECT_THAT(library.problems(), IsEmpty());
}

TEST(Library, SaysWhatCannotBeReadAndHasTheRest) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "good");
  test::make_run(folder / "half", {.finished = false});
  test::append(folder / "half/metrics.jsonl", "{\"type\":\"upd");
  test::make_run(folder / "damaged");
  write_file_atomically(folder / "damaged/config.toml", "[model\n");
  write_file_atomically(folder / "damaged/results.json", "{");
  fs::create_directories(folder / "nothing");
  fs::create_directories(folder / "hollow/checkpoints");
  write_file_atomically(folder / "notes.txt", "hello");
  const Library library = library_of({folder / "good", folder / "half", folder / "damaged", folder / "nothing",
                                      folder / "hollow", folder / "gone", folder / "notes.txt"});
  EXPECT_THAT(names(library.runs()), ElementsAre("good", "half", "damaged"));
  EXPECT_THAT(
      library.problems(),
      ElementsAre(HasSubstr("half/metrics.jsonl: its last line is incomplete and was skipped"),
                  HasSubstr("damaged/config.toml"),
                  HasSubstr("damaged/results.json: does not hold the results of a run"),
                  HasSubstr("nothing: contains no run, study or probe"), HasSubstr("hollow: has no metrics.jsonl"),
                  HasSubstr("hollow: has no config.toml"), HasSubstr("gone: does not exist"),
                  HasSubstr("notes.txt: is neither a run or study folder nor output of `prenorm probe --json`")));
  EXPECT_THAT(html_page(library_page(library, "prenorm report")), HasSubstr("<h2>Could not be read</h2>"));
}

TEST(Library, FollowsAFolderThatChanges) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "a", {.finished = false});
  Library library({folder.path()}, /*live=*/true);
  EXPECT_TRUE(library.update());
  EXPECT_FALSE(library.update());
  test::append(folder / "a/metrics.jsonl", test::update_line(30, 2));
  EXPECT_TRUE(library.update());
  EXPECT_EQ(library.runs()[0]->updates(), 30);
  const std::size_t look = library.runs()[0]->look();
  test::make_run(folder / "b");
  EXPECT_TRUE(library.update());
  EXPECT_THAT(names(library.runs()), UnorderedElementsAre("a", "b"));
  // Looks stay with their runs, and are not shared.
  for (const auto* run : library.runs()) EXPECT_EQ(run->look() == look, run->name() == "a");
  fs::remove_all(folder / "a");
  EXPECT_TRUE(library.update());
  EXPECT_THAT(names(library.runs()), ElementsAre("b"));
  fs::remove_all(folder / "b");
  EXPECT_TRUE(library.update());
  EXPECT_TRUE(library.is_empty());
  EXPECT_THAT(library.problems(), ElementsAre(HasSubstr("contains no run")));
}

TEST(Library, OfARunThatGoesOnMissesNothing) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "a", {.finished = false});
  test::append(folder / "a/metrics.jsonl", "{\"type\":\"upd");
  EXPECT_THAT(library_of({folder / "a"}, /*live=*/true).problems(), IsEmpty());
}

TEST(LibraryPage, OverlaysTheCurvesOfRuns) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "a");
  test::make_run(folder / "b", {.placement = "post_ln", .loss = 4});
  const Library library = library_of({folder / "a", folder / "b"});
  const html::Page page = library_page(library, "prenorm report a b");
  const html::Chart& losses = chart(page, "Training loss");
  ASSERT_EQ(losses.series.size(), 2U);
  EXPECT_EQ(losses.series[1].name, "b");
  EXPECT_EQ(losses.series[1].run, (folder / "b").string());
  EXPECT_EQ(losses.series[1].y, (std::vector<double>{8, 5, 4}));
  EXPECT_EQ(chart(page, "Validation loss").series[0].y, (std::vector<double>{5.5, 3}));
  EXPECT_EQ(page.runs.size(), 2U);
  const auto tables = blocks_of<html::Table>(page);
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_THAT(tables[0]->rows[1], ElementsAre("b", "finished", "20", "4.000", "4.000", "4.000", "12.50", "2"));
  EXPECT_THAT(tables[1]->header, ElementsAre("run", "model.norm_placement"));
  EXPECT_THAT(tables[1]->rows[1], ElementsAre("b", "post_ln"));
  const auto samples = blocks_of<html::Samples>(page);
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_EQ(samples[0]->samples[0].hypotheses.size(), 2U);
}

TEST(LibraryPage, DrawsEachScoreOfATask) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "a");
  for (const auto& [step, accuracy] : {std::pair(30, 0.5), std::pair(40, 0.75)})
    test::append(folder / "a" / "metrics.jsonl",
                 fmt::format("{{\"type\":\"validation\",\"step\":{},\"loss_nats_per_token\":1,\"scores\":"
                             "[{{\"name\":\"accuracy\",\"value\":{}}}]}}\n",
                             step, accuracy));
  write_file_atomically(folder / "a" / "results.json",
                        R"({"stopped_by":"train.max_steps","updates":40,"epochs":1,"target_tokens":9,)"
                        R"("training_seconds":2.5,"last":{"loss_nats_per_token":1,"nll_nats_per_token":1,)"
                        R"("scores":[{"name":"accuracy","value":0.75},{"name":"f1","value":0.8}]}})");
  const html::Page page = library_page(library_of({folder / "a"}), "prenorm report a");
  EXPECT_EQ(chart(page, "Validation accuracy").series.at(0).x, (std::vector<double>{30, 40}));
  EXPECT_EQ(chart(page, "Validation accuracy").series.at(0).y, (std::vector<double>{0.5, 0.75}));
  const auto tables = blocks_of<html::Table>(page);
  EXPECT_THAT(tables.at(0)->header, ElementsAre("run", "state", "updates", "training loss", "validation loss", "best",
                                                "accuracy", "f1", "seconds"));
  EXPECT_EQ(tables.at(0)->rows.at(0).at(6), "0.7500");
  EXPECT_EQ(tables.at(0)->rows.at(0).at(7), "0.8000");
}

TEST(LibraryPage, MapsGradientsOfLayersOverTraining) {
  const test::TemporaryFolder folder;
  test::make_run(folder / "a");
  const html::Page page = library_page(library_of({folder / "a"}), "c");
  const auto maps = blocks_of<html::HeatMap>(page);
  ASSERT_EQ(maps.size(), 1U);
  EXPECT_THAT(maps[0]->x, ElementsAre("1", "10"));
  EXPECT_THAT(maps[0]->y, ElementsAre("encoder 1", "decoder 1"));
  const std::vector<double> expected{1, 3, 2, 4};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(maps[0]->panels[0].values[i], expected[i]);
}

TEST(LibraryPage, MapsAStudyByRateAndWarmup) {
  const test::TemporaryFolder folder;
  make_study(folder / "study");
  const html::Page page = library_page(library_of({folder / "study"}), "c");
  const html::HeatMap& map = *blocks_of<html::HeatMap>(page).front();
  EXPECT_EQ(map.title, "Validation loss");
  EXPECT_EQ(map.x_label, "lr");
  EXPECT_THAT(map.x, ElementsAre("0.001", "0.002"));
  EXPECT_THAT(map.y, ElementsAre("0", "100"));
  ASSERT_EQ(map.panels.size(), 2U);
  EXPECT_EQ(map.panels[0].name, "post_ln");
  EXPECT_THAT(map.panels[0].texts, ElementsAre("3.000", "diverged", "3.000", "4.000"));
  EXPECT_EQ(map.panels[0].values[0], 3);
  EXPECT_TRUE(std::isnan(map.panels[0].values[1]));
  EXPECT_EQ(map.panels[1].values[3], 4);
  EXPECT_EQ(chart(page, "Training loss").series.size(), 8U);
}

TEST(LibraryPage, SumsAStudyUpOverSeeds) {
  const test::TemporaryFolder folder;
  make_study(folder / "study");
  for (const int seed : {2, 3})
    test::make_run(folder / "study/cells" / fmt::format("seed={}", seed),
                   {.placement = "pre_ln", .lr = 0.001, .seed = seed, .loss = 3.0 + seed});
  const html::Page page = library_page(library_of({folder / "study"}), "c");
  const html::Table& table = *blocks_of<html::Table>(page).at(1);  // after the rates that work
  EXPECT_THAT(table.caption, HasSubstr("Over seeds"));
  EXPECT_THAT(table.header, ElementsAre("norm_placement", "lr", "warmup_steps", "seeds", "diverged", "loss", "BLEU"));
  EXPECT_EQ(table.rows.size(), 8U);
  EXPECT_THAT(table.rows, Contains(ElementsAre("pre_ln", "0.001", "0", "3", "0", "4.667 (3.000 to 6.000)",
                                               "12.50 (12.50 to 12.50)")));
  EXPECT_THAT(table.rows, Contains(ElementsAre("post_ln", "0.002", "0", "1", "1", "", "")));
}

TEST(Library, GoesByTheKindOfAFileAndNotByItsMembers) {
  const test::TemporaryFolder folder;
  const auto file = [&](const char* name, const char* text) {
    write_file_atomically(folder / name, text);
    return folder / name;
  };
  const Library library = library_of({file("doctor.json", R"({"kind":"doctor","version":1,"checks":[]})"),
                                      file("old.json", R"({"models":[],"exponents":[]})"),
                                      file("later.json", R"({"kind":"probe","version":99})"),
                                      file("probe.json", R"({"kind":"probe","version":1})")});
  EXPECT_EQ(library.probes().size(), 1U);
  EXPECT_TRUE(library.theories().empty());
  EXPECT_THAT(
      library.problems(),
      ElementsAre(HasSubstr("doctor.json: is neither a run or study folder nor output of `prenorm probe --json`"),
                  HasSubstr("old.json: does not say of which kind it is"),
                  HasSubstr("later.json: is neither a run or study folder nor output of `prenorm probe --json`")));
}

TEST(LibraryPage, DrawsProbesAndChecks) {
  const test::TemporaryFolder folder;
  write_file_atomically(
      folder / "probe.json",
      R"({"kind":"probe","version":1,"where":"at initialisation","simplified":false,"batches_of_each_seed":2,
      "exponents":[],"pre_over_post":[],"models":[{"norm_placement":"pre_ln","encoder_layers":1,"decoder_layers":1,
      "d_model":8,"d_ff":16,"num_heads":2,"loss_nats_per_token":{"mean":3,"ci95_half_width":0,"n":1},"states":[],
      "w2_gradients":[
      {"stack":"encoder","layer":0,"norm_of_mean_gradient":{"mean":2,"ci95_half_width":0,"n":1},
       "mean_gradient_norm":{"mean":null,"ci95_half_width":0,"n":1},"over_last":1,"predicted_over_last":[1,1]},
      {"stack":"decoder","layer":0,"norm_of_mean_gradient":{"mean":4,"ci95_half_width":0,"n":1},
       "mean_gradient_norm":{"mean":5,"ci95_half_width":0,"n":1},"over_last":1,"predicted_over_last":[0.5,1]}]}]})");
  write_file_atomically(
      folder / "theory.json",
      R"({"kind":"theory_checks","version":1,"checks":[{"name":"lemma_1","source":"Lemma 1","d_model":8,"measured":1.5,"predicted":1,
                        "accepted":[0.5,null],"pass":true,"what":"E"}]})");
  write_file_atomically(folder / "bad.json", R"({"kind":"probe","version":1,"models":[{}],"exponents":[]})");
  const Library library = library_of({folder.path()});
  const html::Page page = library_page(library, "c");
  const html::Chart& gradients = chart(page, "Gradient of each layer");
  ASSERT_EQ(gradients.series.size(), 3U);
  EXPECT_EQ(gradients.series[0].y, (std::vector<double>{2, 4}));
  EXPECT_EQ(gradients.series[1].y, (std::vector<double>{2, 2}));
  EXPECT_EQ(gradients.series[2].y, (std::vector<double>{2, 4}));
  const auto tables = blocks_of<html::Table>(page);
  EXPECT_THAT(tables.back()->rows[0], ElementsAre("lemma_1", "8", "1.500", "1", "0.5000 to ∞", "pass"));
  EXPECT_THAT(page.problems, ElementsAre(HasSubstr("bad.json: is not output of `prenorm probe --json`")));
}

TEST(LibraryPage, EscapesNamesAndStaysSmall) {
  const test::TemporaryFolder folder;
  const fs::path run = folder / "<i>'&\"";
  test::make_run(run, {.finished = false});
  std::string log;
  for (int i = 3; i < 60'000; ++i) log += test::update_line(10 * i, 3 + (i * 7919 % 1000) / 1000.0);
  test::append(run / "metrics.jsonl", log);
  const std::string html = html_page(library_page(library_of({run}), "c"));
  EXPECT_THAT(html, AllOf(HasSubstr("&lt;i&gt;&#39;&amp;&quot;"), Not(HasSubstr("<i>"))));
  EXPECT_THAT(html, HasSubstr("Lines have up to 60,000 points; the lowest and highest in each of 1,000 intervals"));
  EXPECT_LT(html.size(), 1'000'000U);
}

TEST(ShellWord, SurvivesAShell) {
  EXPECT_EQ(shell_word("runs/a-1"), "runs/a-1");
  EXPECT_EQ(shell_word("my run's"), "'my run'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace prenorm::pages
