// One manual page as sections of blocks, so that a page can be aligned with its translation.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::corpora {

enum class ManBlockKind : char {
  kText = 'P',
  kTag = 'T',       // the term before an indented paragraph
  kVerbatim = 'N',  // tables, examples, synopses; their text is dropped
};

struct ManBlock {
  ManBlockKind kind;
  std::string text;
};

// From one heading (.SH, .SS) to the next; text before the first heading is section 0.
struct ManSection {
  std::vector<ManBlock> blocks;
  // One letter per block.
  std::string structure() const;
};

// Parses the lines of a page in order.
class ManPageParser {
 public:
  void add_line(std::string_view line);
  // The sections; nothing for a page that only refers to another (.so) or is written in mdoc (.Dd).
  std::optional<std::vector<ManSection>> finish();

 private:
  void add_macro(std::string_view line);
  void add_text(std::string_view text);
  bool skip_definition(std::string_view line);
  void start_section(bool heading_given);
  void end_block();
  void end_verbatim();

  std::vector<ManSection> sections_{1};
  std::string text_;
  enum class Expect { kText, kTag, kHeading } expect_ = Expect::kText;
  bool verbatim_ = false, in_definition_ = false, continued_ = false, other_format_ = false;
  int conditional_depth_ = 0;
};

// Reads a page, plain or gzip. Errors: FileError.
std::optional<std::vector<ManSection>> read_man_page(const std::filesystem::path& file);

}  // namespace prenorm::corpora
