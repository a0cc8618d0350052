#include "prenorm/corpora/debian.h"

#include <cstdlib>

#include "corpora/scratch.h"
#include "prenorm/base/error.h"
#include "prenorm/base/line_reader.h"
#include "prenorm/base/terminal.h"
#include "prenorm/corpora/process.h"

namespace prenorm::corpora {
namespace {
namespace fs = std::filesystem;

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::setenv(name_, old_.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string old_;
};

TEST(Process, GivesOutputAndExitCode) {
  const auto result = run_process({"sh", "-c", "pwd; echo two >&2; exit 3"}, "/");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "/\ntwo\n");
  EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"}, "/").exit_code, 128 + 9);
}

TEST(Process, TellsWhatCannotBeStarted) {
  EXPECT_THROW(run_process({"prenorm-no-such-program"}, "/"), FileError);
  EXPECT_THROW(run_process({"sh", "-c", "true"}, "/no/such/folder"), FileError);
}

TEST(Process, EndsTheProgramWhenACallbackThrows) {
  const auto stop = [](std::string_view) { throw DataError("stop"); };
  EXPECT_THROW(run_process({"sh", "-c", "echo x; exec sleep 100"}, "/", stop), DataError);
}

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

// Stands for apt-get: `update` makes indexes, `download` makes archives that are folders of text; what it is asked
// for is noted in $FAKE/log. With $FAKE/offline it fails as apt does, with $FAKE/stale until the next update.
constexpr std::string_view kAptGet = R"sh(#!/bin/sh
while [ "$1" = -o ]; do
  case "$2" in Dir::State::lists=*) lists="${2#*=}";; esac
  shift 2
done
echo "$*" >> "$FAKE/log"
if [ -e "$FAKE/offline" ]; then
  echo "Err:1 bookworm InRelease"
  echo "E: Failed to fetch the index"
  exit 100
fi
if [ "$1" = update ]; then
  rm -f "$FAKE/stale"
  : > "$lists/x_Packages"
  cp "$FAKE/Translation-en" "$lists/x_Translation-en"
  cp "$FAKE/Translation-de" "$lists/x_Translation-de"
  exit 0
fi
if [ -e "$FAKE/stale" ]; then echo "E: 404"; exit 100; fi
shift
for name in "$@"; do
  [ -d "$FAKE/$name" ] || { echo "E: Unable to locate package $name"; bad=1; }
done
[ -n "$bad" ] && exit 100
for name in "$@"; do echo "Get: $name"; echo "$name" > "${name}_1%3a2-3_all.deb"; done
)sh";
constexpr std::string_view kDpkgDeb = R"sh(#!/bin/sh
cp -r "$FAKE/$(cat "$2")" "$3"
)sh";

class DebianCorpus : public testing::Test {
 protected:
  DebianCorpus() {
    be_quiet(true);
    for (const auto& [name, text] : {std::pair{"apt-get", kAptGet}, std::pair{"dpkg-deb", kDpkgDeb}}) {
      const fs::path file = folder_.write(fs::path("bin") / name, text);
      fs::permissions(file, fs::perms::owner_all);
    }
    std::string dictionary;
    for (char c = 'a'; c <= 'z'; ++c)
      for (char d = 'a'; d <= 'z'; ++d) {
        const std::string word = {c, d, c, d, 'x'};
        dictionary += "Hier steht das Wort " + word + ". :: Here stands a word: " + word + ".\n";
      }
    folder_.write("fake/trans-de-en/usr/share/trans/de-en", dictionary);
    folder_.write("fake/libreoffice-help-en-us/usr/share/libreoffice/help/en-US/text/a.html",
                  "<p id=\"1\">This paragraph helps you.</p>");
    folder_.write("fake/libreoffice-help-de/usr/share/libreoffice/help/de/text/a.html",
                  "<p id=\"1\">Dieser Absatz hilft Ihnen.</p>");
    for (const char* name : {"manpages", "manpages-dev", "manpages-de", "manpages-de-dev", "systemd", "util-linux"})
      folder_.write(fs::path("fake") / name / "usr/share/doc/readme", "nothing");
    folder_.write("fake/Translation-en", "Description-md5: 1\nDescription-en: animal that sits on mats\n");
    folder_.write("fake/Translation-de", "Description-md5: 1\nDescription-de: Tier, das auf Matten sitzt\n");
    options_.output = folder_.path() / "corpus";
    options_.cache = folder_.path() / "cache";
    options_.general_domain_only = true;
  }
  ~DebianCorpus() override { be_quiet(false); }

  std::string log() const { return read_file(folder_.path() / "fake/log"); }
  void touch(const char* name) const { folder_.write(fs::path("fake") / name, ""); }

  ScratchFolder folder_;
  const Variable path_{"PATH", (folder_.path() / "bin").string() + ":" + std::getenv("PATH")};
  const Variable fake_{"FAKE", (folder_.path() / "fake").string()};
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
  const std::string before = log();
  const DebianCorpusReport again = build_debian_corpus(options_);
  EXPECT_EQ(again.train, report.train);
  EXPECT_EQ(again.seconds, report.seconds);

  options_.general_domain_only = true;
  const DebianCorpusReport general = build_debian_corpus(options_);
  EXPECT_EQ(general.train + general.dev + general.test, 26 * 26 + 1);
  EXPECT_EQ(log(), before);
}

TEST_F(DebianCorpus, SaysWhatToDoWithoutAMirror) {
  touch("offline");
  try {
    build_debian_corpus(options_);
    FAIL() << "no error";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(),
                 "the built-in corpus needs apt-get and a package mirror (E: Failed to fetch the index); give your own "
                 "text with --source FILE --target FILE instead");
  }
  EXPECT_FALSE(fs::exists(options_.output));
  fs::remove(folder_.path() / "fake/offline");
  EXPECT_GT(build_debian_corpus(options_).train, 0);
}

TEST_F(DebianCorpus, SaysWhatToDoWithoutApt) {
  const Variable path("PATH", (folder_.path() / "nothing").string());
  EXPECT_THROW(build_debian_corpus(options_), FileError);
}

TEST_F(DebianCorpus, UpdatesIndexesThatAged) {
  PackageCache(options_.cache / "debian").description_indexes("en");
  touch("stale");
  EXPECT_GT(build_debian_corpus(options_).train, 0);
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
