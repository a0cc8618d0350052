#include "corpora/debian_text.h"

#include "corpora/fake_archive.h"
#include "corpora/scratch.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::corpora {
namespace {
namespace fs = std::filesystem;

class DebianText : public testing::Test {
 protected:
  DebianText() {
    be_quiet(true);
    std::string descriptions;
    for (char c = 'a'; c <= 'z'; ++c)
      for (char d = 'a'; d <= 'z'; ++d) {
        const std::string word = {c, d, c, d, 'x'};
        descriptions += "Package: " + word + "\nDescription-md5: 1\nDescription-en: animal called " + word + "\n The " +
                        word + " sits on mats all day long and eats fish.\n\n";
      }
    archive_.write("Translation-en", descriptions);
    archive_.write("Translation-de", "");
    archive_.write("libreoffice-help-en-us/usr/share/libreoffice/help/en-US/text/a.html",
                   "<p id=\"1\">This paragraph helps you to write, to draw and to reckon.</p>");
    archive_.write("postgresql-doc-15/usr/share/doc/postgresql-doc-15/html/a.html",
                   "<p>This database keeps what you know about cats, dogs and mats.</p>");
    for (const char* part : {"noun", "verb", "adj", "adv"})
      archive_.write(fs::path("wordnet-base/usr/share/wordnet") / (std::string("data.") + part),
                     std::string("00000100 03 n 01 ") + part + " 0 000 | a class of words that is " + part +
                         " and not another one, as they say\n");
    for (const char* name : {"foldoc", "jargon", "gcide"}) {
      const fs::path folder = fs::path(std::string("dict-") + name) / "usr/share/dictd";
      const std::string entry =
          std::string(name) + "\n\n  What is told by " + name + " of computers and those who work with them.\n";
      archive_.write(folder / (std::string(name) + ".dict.dz"), entry);
      archive_.write(folder / (std::string(name) + ".index"), std::string(name) + "\tA\tBI\n");
    }
    options_.output = folder_.path() / "text";
    options_.cache = folder_.path() / "cache";
  }
  ~DebianText() override { be_quiet(false); }

  std::string message() const {
    try {
      build_debian_text(options_);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  ScratchFolder folder_;
  const FakeArchive archive_{folder_};
  DebianTextOptions options_;
};

std::int64_t count_documents(const fs::path& file) {
  const std::string text = read_file(file);
  EXPECT_FALSE(text.empty() || text.front() == '\n' || text.ends_with("\n\n") || text.find("\n\n\n") != text.npos);
  std::int64_t blank_lines = 0;
  for (std::size_t at = text.find("\n\n"); at != text.npos; at = text.find("\n\n", at + 2)) ++blank_lines;
  return blank_lines + 1;
}

TEST_F(DebianText, IsBuiltOnceOfAllSources) {
  const DebianTextReport report = build_debian_text(options_);
  std::string sources;
  TextCounts kept;
  for (const DebianTextSource& source : report.sources) {
    sources += source.source + " " + std::to_string(source.kept.documents) + "\n";
    kept += source.kept;
  }
  EXPECT_EQ(sources, "lohelp 1\npostgresql 1\nddtp 676\nwordnet 4\nfoldoc 1\njargon 1\n");
  EXPECT_EQ(report.train.documents + report.valid.documents + report.test.documents, kept.documents);
  EXPECT_EQ(report.train.bytes + report.valid.bytes + report.test.bytes, kept.bytes);
  EXPECT_EQ(count_documents(options_.output / "train.txt"), report.train.documents);
  EXPECT_EQ(count_documents(options_.output / "valid.txt"), report.valid.documents);
  EXPECT_EQ(count_documents(options_.output / "test.txt"), report.test.documents);
  EXPECT_EQ(report.packages.size(), 5U);
  EXPECT_EQ(report.packages.at(0).version, "1:2-3");

  const std::string log = archive_.log(), train = read_file(options_.output / "train.txt");
  EXPECT_EQ(build_debian_text(options_).seconds, report.seconds);
  fs::remove_all(options_.output);
  build_debian_text(options_);
  EXPECT_EQ(read_file(options_.output / "train.txt"), train);
  EXPECT_EQ(archive_.log(), log);
  options_.gcide = true;
  const DebianTextReport with_gcide = build_debian_text(options_);
  EXPECT_EQ(with_gcide.sources.back().source, "gcide");
  EXPECT_EQ(with_gcide.packages.size(), 6U);
}

TEST_F(DebianText, LeavesOutPackagesThatTheArchiveDoesNotHave) {
  archive_.remove("postgresql-doc-15");
  archive_.remove("dict-jargon");
  const DebianTextReport report = build_debian_text(options_);
  EXPECT_EQ(report.sources.size(), 4U);
  EXPECT_EQ(report.packages.size(), 3U);
}

TEST_F(DebianText, TellsWhichPackageIsDamagedAndWritesNothing) {
  archive_.write("wordnet-base/usr/share/wordnet/data.adj", "half a li");
  const std::string package = (options_.cache / "debian/packages/wordnet-base").string();
  EXPECT_EQ(message(), package +
                           "/root/usr/share/wordnet/data.adj:1: not a line of a WordNet database; the package "
                           "wordnet-base is damaged: delete " +
                           package + " and run the command again");
  EXPECT_FALSE(fs::exists(options_.output));
}

TEST_F(DebianText, SaysWhatToDoWithoutAMirror) {
  archive_.write("offline", "");
  EXPECT_TRUE(message().starts_with("the built-in corpora need apt-get and a package mirror (E: Failed to fetch the "));
  EXPECT_FALSE(fs::exists(options_.output));
}

TEST_F(DebianText, FinishesAnInterruptedFolderAndLeavesOtherPeoplesFilesAlone) {
  folder_.write("text/valid.txt", "mine\n");
  EXPECT_EQ(message(), (options_.output / "valid.txt").string() +
                           ": already exists and was not created by this command; choose another --output");
  EXPECT_EQ(read_file(options_.output / "valid.txt"), "mine\n");
  // What stands there while the files are being written.
  folder_.write("text/corpus.json", "{\"unfinished\": true}\n");
  build_debian_text(options_);
  EXPECT_NE(read_file(options_.output / "valid.txt"), "mine\n");
  fs::remove(options_.output / "test.txt");
  build_debian_text(options_);
  EXPECT_TRUE(fs::exists(options_.output / "test.txt"));
}

TEST_F(DebianText, NeedsUsableText) {
  archive_.write("Translation-en", "Package: x\nDescription-md5: 1\nDescription-en: two words\n");
  EXPECT_TRUE(
      message().starts_with(options_.output.string() + ": the packages contain no usable text; delete the folder "));
  options_.output.clear();
  EXPECT_EQ(message(), "--output: name the folder that the text is written to");
}

TEST(TextReport, SurvivesOtherFiles) {
  for (const char* text : {"", "{", "[]", "{\"unfinished\": true}", "{\"pair\": \"en-de\"}"})
    EXPECT_FALSE(text_report_from_json(text)) << text;
  DebianTextReport report;
  report.sources.push_back({"ddtp", "none stated", 3, {.documents = 2, .lines = 4, .words = 9, .bytes = 50}});
  report.train.documents = 2;
  const auto back = text_report_from_json(text_report_to_json(report));
  ASSERT_TRUE(back);
  EXPECT_EQ(text_report_to_json(*back), text_report_to_json(report));
}

}  // namespace
}  // namespace prenorm::corpora
