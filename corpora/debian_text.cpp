#include "corpora/debian_text.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "corpora/formats/ddtp.h"
#include "corpora/formats/dictd.h"
#include "corpora/formats/html_page.h"
#include "corpora/formats/libreoffice_help.h"
#include "corpora/formats/wordnet.h"
#include "corpora/packages/package_cache.h"
#include "corpora/texts/corpus_folder.h"
#include "corpora/texts/text_source.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::corpora {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::pair<Split, const char*>, 3> kTextParts{
    {{Split::kTrain, "train.txt"}, {Split::kDev, "valid.txt"}, {Split::kTest, "test.txt"}}};

std::vector<std::string> names_of_files() {
  std::vector<std::string> names;
  names.reserve(kTextParts.size());
  for (const auto& [split, name] : kTextParts) names.emplace_back(name);
  return names;
}

std::vector<TextSourceInfo> wanted_sources(bool gcide) {
  std::vector<TextSourceInfo> sources(kTextSources.begin(), kTextSources.end());
  if (!gcide) std::erase_if(sources, [](const TextSourceInfo& info) { return info.source == TextSource::kGcide; });
  return sources;
}

// Reads the source from its unpacked package.
void extract(TextSource source, const fs::path& root, const DocumentSink& sink) {
  const fs::path dictionaries = root / "usr/share/dictd";
  switch (source) {
    case TextSource::kHelp: return extract_help_documents(root / "usr/share/libreoffice/help/en-US/text", sink);
    case TextSource::kPostgres: return extract_html_documents(root / "usr/share/doc/postgresql-doc-15/html", sink);
    case TextSource::kWordNet: return extract_wordnet(root / "usr/share/wordnet", sink);
    case TextSource::kFoldoc: return extract_dictd(dictionaries, "foldoc", DictdLayout::kHeadingLine, sink);
    case TextSource::kJargon: return extract_dictd(dictionaries, "jargon", DictdLayout::kHeadingLine, sink);
    case TextSource::kGcide: return extract_dictd(dictionaries, "gcide", DictdLayout::kWebster, sink);
    case TextSource::kDescription: break;  // has no package
  }
}

void extract_from(PackageCache& cache, const TextSourceInfo& info, const DocumentSink& sink) {
  if (info.package.empty()) return extract_description_documents(cache.description_indexes("en"), sink);
  const auto root = cache.root(info.package);
  if (!root) return;  // fetch() has reported it
  try {
    extract(info.source, *root, sink);
  } catch (const Error& error) {
    throw_error<FileError>("{}; the package {} is damaged: delete {} and run the command again", error.what(),
                           info.package, root->parent_path().string());
  }
}

TextCollector collect(PackageCache& cache, const std::vector<TextSourceInfo>& sources, DebianTextReport& report) {
  TextCollector text;
  Progress progress("extracting", static_cast<std::int64_t>(sources.size()));
  std::int64_t done = 0;
  for (const TextSourceInfo& info : sources) {
    progress.update(done++, info.name);
    DebianTextSource source{std::string(info.name), std::string(info.licence)};
    extract_from(cache, info, [&](const TextDocument& document) {
      ++source.extracted;
      source.kept += text.add(info.name, document);
    });
    if (source.extracted > 0) report.sources.push_back(std::move(source));
    if (cache.root(info.package) && !info.package.empty())
      report.packages.push_back({std::string(info.package), cache.version(info.package), std::string(info.licence)});
  }
  progress.update(done);
  return text;
}

// The report of the folder if it contains the requested text, complete.
std::optional<DebianTextReport> stored_report(const DebianTextOptions& options) {
  const std::optional<std::string> json = stored_report_json(options.output);
  std::optional<DebianTextReport> report = json ? text_report_from_json(*json) : std::nullopt;
  if (!report || report->gcide != options.gcide || report->extraction_version != kTextExtractionVersion ||
      !has_all_files(options.output, names_of_files()))
    return std::nullopt;
  return report;
}

}  // namespace

DebianTextReport build_debian_text(const DebianTextOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  if (options.output.empty()) throw_error<UsageError>("--output: name the folder that the text is written to");
  if (auto stored = stored_report(options)) return *std::move(stored);
  refuse_foreign_files(options.output, names_of_files());

  const fs::path cache_folder = (options.cache.empty() ? default_cache_directory() : options.cache) / "debian";
  PackageCache cache(cache_folder);
  const std::vector<TextSourceInfo> sources = wanted_sources(options.gcide);
  std::vector<std::string> packages;
  for (const TextSourceInfo& info : sources)
    if (!info.package.empty()) packages.emplace_back(info.package);
  cache.fetch(packages);

  DebianTextReport report;
  report.gcide = options.gcide;
  const TextCollector text = collect(cache, sources, report);
  report.train = text.counts(Split::kTrain);
  report.valid = text.counts(Split::kDev);
  report.test = text.counts(Split::kTest);
  if (report.train.documents == 0 || report.valid.documents == 0 || report.test.documents == 0)
    throw_error<DataError>("{}: the packages contain no usable text; delete the folder {} and try again",
                           options.output.string(), cache_folder.string());
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::vector<CorpusFile> files;
  files.reserve(kTextParts.size());
  for (const auto& [split, name] : kTextParts) files.push_back({name, text.text(split)});
  write_corpus(options.output, files, text_report_to_json(report));
  return report;
}

}  // namespace prenorm::corpora
