#include "corpora/debian.h"

#include <csignal>

#include "corpora/fake_archive.h"
#include "corpora/scratch.h"
#include "prenorm/base/error.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::corpora {
namespace {
namespace fs = std::filesystem;

TEST(CacheDirectory, FollowsXdg) {
  const Variable home("HOME", "/home/me");
  {
    const Variable cache("XDG_CACHE_HOME", "/var/tmp/c");
    EXPECT_EQ(default_cache_directory(), "/var/tmp/c/prenorm");
  }
  const Variable cache("XDG_CACHE_HOME", "relative");
  EXPECT_EQ(default_cache_directory(), "/home/me/.cache/prenorm");
  const Variable nowhere("HOME", "");
  EXPECT_THROW(default_cache_directory(), FileError);
}

class DebianCorpus : public testing::Test {
 protected:
  DebianCorpus() {
    be_quiet(true);
    std::string dictionary;
    for (char c = 'a'; c <= 'z'; ++c)
      for (char d = 'a'; d <= 'z'; ++d) {
        const std::string word = {c, d, c, d, 'x'};
        dictionary += "Hier steht das Wort " + word + ". :: Here stands a word: " + word + ".\n";
      }
    archive_.write("trans-de-en/usr/share/trans/de-en", dictionary);
    archive_.write("libreoffice-help-en-us/usr/share/libreoffice/help/en-US/text/a.html",
                   "<p id=\"1\">This paragraph helps you.</p>");
    archive_.write("libreoffice-help-de/usr/share/libreoffice/help/de/text/a.html",
                   "<p id=\"1\">Dieser Absatz hilft Ihnen.</p>");
    for (const char* name : {"manpages", "manpages-dev", "manpages-de", "manpages-de-dev", "systemd", "util-linux"})
      archive_.write(fs::path(name) / "usr/share/doc/readme", "nothing");
    archive_.write("Translation-en", "Description-md5: 1\nDescription-en: animal that sits on mats\n");
    archive_.write("Translation-de", "Description-md5: 1\nDescription-de: Tier, das auf Matten sitzt\n");
    options_.output = folder_.path() / "corpus";
    options_.cache = folder_.path() / "cache";
    options_.general_domain_only = true;
  }
  ~DebianCorpus() override { be_quiet(false); }

  ScratchFolder folder_;
  const FakeArchive archive_{folder_};
  DebianCorpusOptions options_;
};

TEST_F(DebianCorpus, IsBuiltOnceAndDownloadsOnce) {
  options_.general_domain_only = false;
  // libreoffice-l10n-de is not among the fake packages: it is left out with a warning.
  const DebianCorpusReport report = build_debian_corpus(options_);
  EXPECT_EQ(report.train + report.dev + report.test, 26 * 26 + 2);
  EXPECT_EQ(report.sources.at(0).tag, "ding");
  EXPECT_EQ(report.sources.at(0).kept, 26 * 26);
  EXPECT_EQ(report.packages.at(0).version, "1:2-3");
  EXPECT_EQ(report.packages.size(), 9U);
  for (const char* suffix : {"en", "de", "tags"}) {
    LineReader reader(options_.output / (std::string("test.") + suffix));
    std::int64_t lines = 0;
    for (std::string line; reader.next(line);) ++lines;
    EXPECT_EQ(lines, report.test) << suffix;
  }
  const std::string before = archive_.log();
  const DebianCorpusReport again = build_debian_corpus(options_);
  EXPECT_EQ(again.train, report.train);
  EXPECT_EQ(again.seconds, report.seconds);

  options_.general_domain_only = true;
  const DebianCorpusReport general = build_debian_corpus(options_);
  EXPECT_EQ(general.train + general.dev + general.test, 26 * 26 + 1);
  EXPECT_EQ(archive_.log(), before);
}

TEST_F(DebianCorpus, SaysWhatToDoWithoutAMirror) {
  archive_.write("offline", "");
  try {
    build_debian_corpus(options_);
    FAIL() << "no error";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(),
                 "the built-in corpora need apt-get and a package mirror (E: Failed to fetch the index); train on your "
                 "own text instead (--source FILE --target FILE of `prenorm demo`, data.train_text or "
                 "data.train_source of a configuration)");
  }
  EXPECT_FALSE(fs::exists(options_.output));
  archive_.remove("offline");
  EXPECT_GT(build_debian_corpus(options_).train, 0);
}

TEST_F(DebianCorpus, SaysWhatToDoWithoutApt) {
  const Variable path("PATH", (folder_.path() / "nothing").string());
  EXPECT_THROW(build_debian_corpus(options_), FileError);
}

TEST_F(DebianCorpus, UpdatesIndexesThatAged) {
  PackageCache(options_.cache / "debian").description_indexes("en");
  archive_.write("stale", "");
  EXPECT_GT(build_debian_corpus(options_).train, 0);
}

// As left by a power cut, by somebody who cleaned up, or by an earlier version that took what it had not checked.
TEST_F(DebianCorpus, FetchesADamagedPackageOfTheCacheAgain) {
  build_debian_corpus(options_);
  const fs::path package = options_.cache / "debian/packages/trans-de-en";
  const fs::path file = package / "root/usr/share/trans/de-en";
  const std::string whole = read_file(file);
  const auto rebuild = [&](const char* what) {
    fs::remove_all(options_.output);
    const std::string before = archive_.log();
    EXPECT_EQ(build_debian_corpus(options_).sources.at(0).kept, 26 * 26) << what;
    EXPECT_EQ(archive_.log(), before + "download trans-de-en\n") << what;
    EXPECT_EQ(read_file(file), whole) << what;
  };
  fs::resize_file(file, whole.size() / 2);
  rebuild("half a file");
  fs::remove(file);
  rebuild("a file that is missing");
  fs::resize_file(file, whole.size() - 1);
  fs::resize_file(file, whole.size());
  rebuild("another byte");
  fs::remove(package / "content");
  rebuild("never checked");
}

// A supervisor that ignores SIGCHLD; programs inherit that.
TEST_F(DebianCorpus, APackageThatCannotBeUnpackedDoesNotEnterTheCache) {
  const fs::path dpkg = folder_.path() / "bin/dpkg-deb";
  const std::string good = read_file(dpkg);
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  for (const auto& [end, how] :
       {std::pair("exit 2", "ended with exit code 2"), std::pair("kill -9 $$", "by signal 9")}) {
    folder_.write("bin/dpkg-deb", "#!/bin/sh\nmkdir -p \"$3/usr\"\necho broken archive\n" + std::string(end) + "\n");
    try {
      build_debian_corpus(options_);
      ADD_FAILURE() << "taken for a success";
    } catch (const FileError& error) {
      EXPECT_NE(std::string(error.what()).find("cannot be unpacked: broken archive"), std::string::npos);
      EXPECT_NE(std::string(error.what()).find(how), std::string::npos) << error.what();
    }
    EXPECT_TRUE(fs::is_empty(options_.cache / "debian/packages"));
  }
  folder_.write("bin/dpkg-deb", good);
  EXPECT_GT(build_debian_corpus(options_).train, 0);
  std::signal(SIGCHLD, before);
}

TEST_F(DebianCorpus, DoesNotTakeAHalfUnpackedPackage) {
  fs::create_directories(options_.cache / "debian/packages/trans-de-en.partial-1/root");
  EXPECT_GT(build_debian_corpus(options_).train, 0);
}

TEST_F(DebianCorpus, LeavesOtherPeoplesFilesAlone) {
  folder_.write("corpus/dev.en", "mine\n");
  EXPECT_THROW(build_debian_corpus(options_), DataError);
  EXPECT_EQ(read_file(options_.output / "dev.en"), "mine\n");
}

TEST_F(DebianCorpus, FinishesAnInterruptedFolder) {
  build_debian_corpus(options_);
  fs::remove(options_.output / "test.de");
  build_debian_corpus(options_);
  EXPECT_TRUE(fs::exists(options_.output / "test.de"));
}

TEST_F(DebianCorpus, RefusesUnknownPairs) {
  for (const char* pair : {"de-en", "en-xx", "", "en"}) {
    options_.pair = pair;
    EXPECT_THROW(build_debian_corpus(options_), UsageError) << pair;
  }
}

TEST(CorpusReport, SurvivesOtherFiles) {
  for (const char* text : {"", "{", "[]", "3", "{\"pair\": 3}", "{\"unfinished\": true}"})
    EXPECT_FALSE(report_from_json(text)) << text;
  DebianCorpusReport report;
  report.pair = "en-cs";
  report.sources.push_back({"ding", "GPL-2+", 3, 2, 10, 9});
  report.packages.push_back({"a", "1", "b"});
  const auto back = report_from_json(report_to_json(report));
  ASSERT_TRUE(back);
  EXPECT_EQ(report_to_json(*back), report_to_json(report));
}

}  // namespace
}  // namespace prenorm::corpora
