// Help, and command lines that are wrong.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/command_line.h"

namespace prenorm::test {
namespace {

constexpr std::size_t kColumns = 80, kRows = 24;

// The names under "Commands:" of a help text; the program's own has two columns of them.
std::vector<std::string> commands_in(const std::vector<std::string>& command, const std::string& help) {
  std::vector<std::string> names;
  bool inside = false;
  for (const std::string& line : lines_of(help)) {
    if (line == "Commands:")
      inside = true;
    else if (line.empty())
      inside = false;
    else if (inside)
      for (const std::size_t column : command.empty() ? std::vector<std::size_t>{2, 42} : std::vector<std::size_t>{2})
        if (line.size() > column && line[column] != ' ')
          names.push_back(line.substr(column, line.find(' ', column) - column));
  }
  return names;
}

// The help of a command and of all below it; the number of texts seen.
int check_help(std::vector<std::string> command) {
  std::vector<std::string> arguments = command;
  arguments.push_back("--help");
  const Outcome outcome = prenorm(arguments);
  SCOPED_TRACE(outcome.out);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  const std::vector<std::string> lines = lines_of(outcome.out);
  EXPECT_LE(lines.size(), kRows);
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), kColumns) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  }
  int seen = 1;
  for (const std::string& name : commands_in(command, outcome.out)) {
    command.push_back(name);
    seen += check_help(command);
    command.pop_back();
  }
  return seen;
}

TEST(Help, OfEveryCommandFitsAScreen) { EXPECT_GE(check_help({}), 16); }

TEST(Help, ShortAndLongAreTheSame) {
  EXPECT_EQ(prenorm({"score", "-h"}).out, prenorm({"score", "--help"}).out);
  EXPECT_EQ(prenorm({"score", "--bogus", "--help"}).code, 0) << "help helps in the middle of a mistake";
}

TEST(Help, NamesWhatAnOptionTakes) {
  const std::string help = prenorm({"score", "--help"}).out;
  EXPECT_NE(help.find("Usage: prenorm score --reference FILE [HYPOTHESIS] [OPTIONS]\n"), std::string::npos) << help;
  EXPECT_NE(help.find("[13a]"), std::string::npos) << "defaults are shown\n" << help;
}

TEST(Version, IsOneLine) {
  const Outcome outcome = prenorm({"--version"});
  EXPECT_EQ(outcome.code, 0);
  ASSERT_EQ(lines_of(outcome.out).size(), 1U);
  EXPECT_TRUE(outcome.out.starts_with("prenorm ")) << outcome.out;
}

struct Mistake {
  std::vector<std::string> arguments;
  std::string sentence;
};

TEST(Usage, EachMistakeIsOneSentenceWithAHint) {
  const std::vector<Mistake> mistakes = {
      {{}, "no command given; run `prenorm --help`"},
      {{"scor"}, "unknown command \"scor\" (did you mean 'score'?); run `prenorm --help`"},
      {{"scor", "--help"}, "unknown command \"scor\" (did you mean 'score'?); run `prenorm --help`"},
      {{"xyzzy"}, "unknown command \"xyzzy\"; run `prenorm --help`"},
      {{""}, "unknown command \"\"; run `prenorm --help`"},
      {{"--vresion"}, "unknown option \"--vresion\" (did you mean '--version'?); run `prenorm --help`"},
      {{"score"}, "--reference is missing; run `prenorm score --help`"},
      {{"score", "--refrence", "f"},
       "unknown option \"--refrence\" (did you mean '--reference'?); run `prenorm score --help`"},
      {{"score", "--refrence=f"},
       "unknown option \"--refrence\" (did you mean '--reference'?); run `prenorm score --help`"},
      {{"score", "--reference"}, "--reference: needs a value; run `prenorm score --help`"},
      {{"score", "-x", "--reference", "f"}, "unknown option \"-x\"; run `prenorm score --help`"},
      {{"score", "--reference", "f", "--reference", "g"},
       "--reference: given more than once; run `prenorm score --help`"},
      {{"score", "--reference", "f", "g", "h"}, "unexpected argument \"h\"; run `prenorm score --help`"},
      {{"score", "--reference", "f", "--metric", "blue"},
       "--metric: \"blue\" is not one of bleu, chrf (did you mean 'bleu'?); run `prenorm score --help`"},
      {{"score", "--reference", "f", "--tokenize", "zh"},
       "--tokenize: \"zh\" is not one of 13a, intl, char, none; run `prenorm score --help`"},
      {{"score", "--reference", "f", "--word-order", "3"},
       "--word-order: \"3\" is not one of 0, 2; run `prenorm score --help`"},
      {{"corpus"}, "no command given; run `prenorm corpus --help`"},
      {{"corpus", "debain"}, "unknown command \"debain\" (did you mean 'debian'?); run `prenorm corpus --help`"},
      {{"corpus", "debian"}, "--output is missing; run `prenorm corpus debian --help`"},
      {{"config"}, "no configuration given; name a file, or list every key with `prenorm config --reference`"},
      {{"config", "--reference", "--markdown"},
       "--reference and --markdown list every key; leave out the configuration and other options"},
      {{"config", "a.toml", "--set"}, "--set: needs a value; run `prenorm config --help`"},
      {{"doctor", "now"}, "unexpected argument \"now\"; run `prenorm doctor --help`"},
  };
  for (const Mistake& mistake : mistakes) {
    const Outcome outcome = prenorm(mistake.arguments);
    EXPECT_EQ(outcome.err, "error: " + mistake.sentence + "\n");
    EXPECT_EQ(outcome.code, 2) << mistake.sentence;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(Usage, NothingInAMessageReachesTheTerminalAsACommand) {
  const Outcome outcome = prenorm({"score", "--reference", "no\n\x1b[31msuch", "h"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(lines_of(outcome.err).size(), 1U);
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace prenorm::test
