#include "corpora/debian.h"

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "corpora/formats/ddtp.h"
#include "corpora/formats/ding.h"
#include "corpora/formats/gettext_mo.h"
#include "corpora/formats/libreoffice_help.h"
#include "corpora/formats/man_pages.h"
#include "corpora/texts/corpus_collector.h"
#include "corpora/texts/corpus_folder.h"
#include "corpora/texts/language_sources.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::corpora {
namespace fs = std::filesystem;
namespace {

using Extraction = std::function<void(const PairSink& sink)>;

struct NeededPackage {
  std::string_view name;
  SourceTag source;  // the source whose licence it has
};

std::vector<NeededPackage> packages_of(const LanguageSources& language, bool general_domain_only) {
  std::vector<NeededPackage> packages{{kEnglishHelp, SourceTag::kHelp}, {language.help, SourceTag::kHelp}};
  if (!language.dictionary.empty()) packages.push_back({language.dictionary, SourceTag::kDictionarySentence});
  if (general_domain_only) return packages;
  packages.push_back({language.interface, SourceTag::kInterface});
  if (language.manuals.empty()) return packages;
  for (const auto& names : {english_manuals(), language.manuals})
    for (const std::string_view name : names) packages.push_back({name, SourceTag::kManual});
  return packages;
}

std::vector<fs::path> folders_in(const PackageCache& cache, const std::vector<std::string_view>& packages,
                                 const fs::path& folder) {
  std::vector<fs::path> folders;
  for (const std::string_view package : packages)
    if (const auto root = cache.root(package)) folders.push_back(*root / folder);
  return folders;
}

// What to extract, in the order of preference: the first of duplicates is kept.
std::vector<std::pair<std::string_view, Extraction>> extractions(PackageCache& cache, const LanguageSources& language,
                                                                 bool general_domain_only) {
  std::vector<std::pair<std::string_view, Extraction>> steps;
  const std::string code(language.code);
  if (const auto root = cache.root(language.dictionary); root && !language.dictionary.empty())
    steps.emplace_back("dictionary",
                       [file = *root / language.dictionary_file](const PairSink& sink) { extract_ding(file, sink); });
  const fs::path help = "usr/share/libreoffice/help";
  if (const auto english = cache.root(kEnglishHelp), other = cache.root(language.help); english && other)
    steps.emplace_back("help", [from = *english / help / "en-US/text", to = *other / help / code / "text"](
                                   const PairSink& sink) { extract_libreoffice_help(from, to, sink); });
  if (general_domain_only) return steps;
  if (const auto root = cache.root(language.interface))
    steps.emplace_back("interface", [folder = *root / "usr/lib/libreoffice/program/resource" / code / "LC_MESSAGES"](
                                        const PairSink& sink) { extract_catalogues(folder, sink); });
  steps.emplace_back("descriptions",
                     [english = cache.description_indexes("en"), other = cache.description_indexes(code)](
                         const PairSink& sink) { extract_descriptions(english, other, sink); });
  const fs::path manuals = "usr/share/man";
  steps.emplace_back("manuals", [english = folders_in(cache, english_manuals(), manuals),
                                 other = folders_in(cache, language.manuals, manuals / code)](const PairSink& sink) {
    extract_man_pages(english, other, sink);
  });
  return steps;
}

CorpusCollector extract_all(const std::vector<std::pair<std::string_view, Extraction>>& steps) {
  CorpusCollector corpus;
  Progress progress("extracting", static_cast<std::int64_t>(steps.size()));
  std::int64_t done = 0;
  for (const auto& [name, extract] : steps) {
    progress.update(done++, name);
    extract([&](SourceTag tag, std::string_view english, std::string_view other) { corpus.add(tag, english, other); });
  }
  progress.update(done);
  return corpus;
}

DebianCorpusReport report_of(const CorpusCollector& corpus, const DebianCorpusOptions& options,
                             const PackageCache& cache, const std::vector<NeededPackage>& packages) {
  DebianCorpusReport report;
  report.pair = options.pair;
  report.general_domain_only = options.general_domain_only;
  for (const SourceInfo& source : kSources) {
    const SourceCounts& counts = corpus.counts(source.tag);
    if (counts.extracted > 0)
      report.sources.push_back({std::string(source.name), std::string(source.licence), counts.extracted, counts.kept,
                                counts.english_words, counts.other_words});
  }
  for (const auto& [name, source] : packages)
    if (cache.root(name))
      report.packages.push_back({std::string(name), cache.version(name), std::string(source_info(source).licence)});
  report.train = corpus.part(Split::kTrain).pairs;
  report.dev = corpus.part(Split::kDev).pairs;
  report.test = corpus.part(Split::kTest).pairs;
  return report;
}

constexpr std::array<std::pair<Split, std::string_view>, 3> kParts{
    {{Split::kTrain, "train"}, {Split::kDev, "dev"}, {Split::kTest, "test"}}};

std::vector<CorpusFile> files_of(const CorpusCollector& corpus, std::string_view language) {
  std::vector<CorpusFile> files;
  for (const auto& [split, part] : kParts) {
    const PartText& text = corpus.part(split);
    files.push_back({fmt::format("{}.en", part), text.english});
    files.push_back({fmt::format("{}.{}", part, language), text.other});
    files.push_back({fmt::format("{}.tags", part), text.tags});
  }
  return files;
}

std::vector<std::string> names_of_files(std::string_view language) {
  std::vector<std::string> names;
  for (const CorpusFile& file : files_of(CorpusCollector{}, language)) names.push_back(file.name);
  return names;
}

// The report of the folder if it contains the requested corpus, complete.
std::optional<DebianCorpusReport> stored_report(const DebianCorpusOptions& options,
                                                const std::vector<std::string>& names) {
  const std::optional<std::string> json = stored_report_json(options.output);
  std::optional<DebianCorpusReport> report = json ? report_from_json(*json) : std::nullopt;
  if (!report || report->pair != options.pair || report->general_domain_only != options.general_domain_only ||
      report->extraction_version != kExtractionVersion || !has_all_files(options.output, names))
    return std::nullopt;
  return report;
}

}  // namespace

DebianCorpusReport build_debian_corpus(const DebianCorpusOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const LanguageSources& language = sources_of_pair(options.pair);
  if (options.output.empty()) throw_error<UsageError>("--output: name the folder that the corpus is written to");
  const std::vector<std::string> file_names = names_of_files(language.code);
  if (auto stored = stored_report(options, file_names)) return *std::move(stored);
  refuse_foreign_files(options.output, file_names);

  const fs::path cache_folder = (options.cache.empty() ? default_cache_directory() : options.cache) / "debian";
  PackageCache cache(cache_folder);
  const std::vector<NeededPackage> packages = packages_of(language, options.general_domain_only);
  std::vector<std::string> names;
  names.reserve(packages.size());
  for (const NeededPackage& package : packages) names.emplace_back(package.name);
  cache.fetch(names);
  const CorpusCollector corpus = extract_all(extractions(cache, language, options.general_domain_only));
  DebianCorpusReport report = report_of(corpus, options, cache, packages);
  if (report.train == 0 || report.dev == 0 || report.test == 0)
    throw_error<DataError>("{}: the packages contain no usable corpus for {}; delete the folder {} and try again",
                           options.output.string(), options.pair, cache_folder.string());
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  write_corpus(options.output, files_of(corpus, language.code), report_to_json(report));
  return report;
}

}  // namespace prenorm::corpora
