#include "prenorm/corpora/corpus_folder.h"

#include <array>
#include <string>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"

namespace prenorm::corpora {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::pair<Split, std::string_view>, 3> kParts{
    {{Split::kTrain, "train"}, {Split::kDev, "dev"}, {Split::kTest, "test"}}};
// Stands in corpus.json while the text files are being replaced.
constexpr std::string_view kUnfinished = "{\"unfinished\": true}\n";

fs::path part_file(const fs::path& folder, std::string_view part, std::string_view suffix) {
  return folder / fmt::format("{}.{}", part, suffix);
}

}  // namespace

std::optional<DebianCorpusReport> stored_report(const fs::path& folder) {
  if (!fs::exists(folder / "corpus.json")) return std::nullopt;
  std::optional<DebianCorpusReport> report = report_from_json(read_file(folder / "corpus.json"));
  if (!report || !report->pair.starts_with("en-")) return std::nullopt;
  for (const auto& [split, part] : kParts)
    for (const std::string& suffix : {std::string("en"), report->pair.substr(3), std::string("tags")})
      if (!fs::exists(part_file(folder, part, suffix))) return std::nullopt;
  return report;
}

void refuse_foreign_files(const fs::path& folder, std::string_view language) {
  if (fs::exists(folder / "corpus.json")) return;
  for (const auto& [split, part] : kParts)
    for (const std::string_view suffix : {std::string_view("en"), language, std::string_view("tags")})
      if (const fs::path file = part_file(folder, part, suffix); fs::exists(file))
        throw_error<DataError>("{}: is in the way and was not made by this command; choose another --output",
                               file.string());
}

void write_corpus(const fs::path& folder, std::string_view language, const CorpusCollector& corpus,
                  const DebianCorpusReport& report) {
  write_file_atomically(folder / "corpus.json", kUnfinished);
  for (const auto& [split, part] : kParts) {
    const PartText& text = corpus.part(split);
    write_file_atomically(part_file(folder, part, "en"), text.english);
    write_file_atomically(part_file(folder, part, language), text.other);
    write_file_atomically(part_file(folder, part, "tags"), text.tags);
  }
  write_file_atomically(folder / "corpus.json", report_to_json(report));
}

}  // namespace prenorm::corpora
