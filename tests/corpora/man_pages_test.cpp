#include "corpora/formats/man_pages.h"

#include <zlib.h>

#include "corpora/formats/roff.h"
#include "corpora/scratch.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"

namespace prenorm::corpora {
namespace {

TEST(Roff, StripsEscapes) {
  EXPECT_EQ(strip_roff_escapes("\\fBls\\fP \\-\\-all\\&. \\(lqx\\(rq\\|\\ y\\e"), "ls --all. \"x\" y\\");
  EXPECT_EQ(strip_roff_escapes("a\\f[B]b\\f(CWc\\s-1d\\s0\\s[12]e\\m[blue]f\\h'-04'g\\*(dqh"), "abcdefg\"h");
  EXPECT_EQ(strip_roff_escapes("format\\&\\s-2\\u[1]\\d\\s+2.\\\" a comment"), "format.");
  EXPECT_EQ(strip_roff_escapes(""), "");
}

TEST(Roff, SurvivesAnyLine) {
  RandomStream random(1);
  const std::string_view alphabet = "\\\\f[](*\"'shnu+a \xC3";
  for (int round = 0; round < 5000; ++round) {
    std::string line;
    for (std::uint64_t i = random.below(12); i > 0; --i) line += alphabet[random.below(alphabet.size())];
    strip_roff_escapes(line);
    roff_arguments(line);
  }
}

TEST(Roff, SplitsArguments) {
  EXPECT_EQ(roff_arguments("a \"b c\" d\\ e \"\" \"x\"\"y\" \\\" note"),
            (std::vector<std::string>{"a", "b c", "d\\ e", "", "x\"y"}));
  EXPECT_TRUE(roff_arguments("  ").empty());
}

std::optional<std::vector<ManSection>> parse(std::string_view text) {
  ManPageParser parser;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    parser.add_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.finish();
}

constexpr std::string_view kManPage = R"(.\" comment
.TH CAT 1
.de XX
text in a macro
..
.ie n \{\
skipped
.\}
.SH NAME
cat \- sit
.SH "DESCRIPTION"
Sits on
.B mats
and
.BR chairs (1),
says
.UR xyz
meow
.UE .
.PP
.nf
code here
.fi
.TP
.B \-a
All mats.
.IP "\-b" 4
Big mats.
.SS
Heading
Last text.
)";

TEST(ManPage, GivesBlocks) {
  const auto page = parse(kManPage);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->size(), 4U);
  EXPECT_EQ((*page)[0].structure(), "");
  EXPECT_EQ((*page)[1].blocks.at(0).text, "cat - sit");
  EXPECT_EQ((*page)[2].structure(), "PNTPTP");
  EXPECT_EQ((*page)[2].blocks[0].text, "Sits on mats and chairs(1), says xyz meow.");
  EXPECT_EQ((*page)[2].blocks[3].text, "All mats.");
  EXPECT_EQ((*page)[2].blocks[4].text, "-b");
  EXPECT_EQ((*page)[3].blocks.at(0).text, "Last text.");
}

TEST(ManPage, PassesOverStubsAndMdoc) {
  EXPECT_FALSE(parse(".so man1/cat.1\n"));
  EXPECT_FALSE(parse(".Dd May 1\n.Sh NAME\nx\n"));
  EXPECT_TRUE(parse(""));
}

TEST(ManPages, PairsSectionsOfOneStructure) {
  const auto english = parse(".SH A\none\n.SH B\ntwo\n.PP\nthree\n.SH C\nfour\n");
  const auto german = parse(".SH A\neins\n.SH B\nzwei drei\n.SH C\nvier\n.SH ÜBERSETZUNG\nvon uns\n");
  std::vector<TakenPair> pairs;
  pair_man_pages(*english, *german, into(pairs));
  EXPECT_EQ(pairs, (std::vector<TakenPair>{{"man", "one", "eins"}, {"man", "four", "vier"}}));
  pairs.clear();
  pair_man_pages(*english, *parse(".SH A\neins\n"), into(pairs));
  EXPECT_TRUE(pairs.empty());
}

void write_gzip(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
}

TEST(ManPages, PairsFilesByName) {
  const ScratchFolder folder;
  write_gzip(folder.path() / "man/man1/cat.1.gz", ".SH A\none\n");
  write_gzip(folder.path() / "man/de/man1/cat.1.gz", ".SH A\neins\n");
  write_gzip(folder.path() / "man/de/man1/dog.1.gz", ".SH A\neins\n");
  std::vector<TakenPair> pairs;
  extract_man_pages({folder.path() / "man", folder.path() / "missing"}, {folder.path() / "man/de"}, into(pairs));
  EXPECT_EQ(pairs, (std::vector<TakenPair>{{"man", "one", "eins"}}));
}

TEST(ManPages, NamesADamagedFile) {
  const ScratchFolder folder;
  write_gzip(folder.path() / "cat.1.gz", std::string(5000, 'x') + "\n.SH A\nshort and then some more text\n");
  const std::string bytes = read_file(folder.path() / "cat.1.gz");
  const auto damaged = folder.write("cut.1.gz", bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW(read_man_page(damaged), FileError);
}

}  // namespace
}  // namespace prenorm::corpora
