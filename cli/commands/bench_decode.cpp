#include "cli/commands/bench_decode.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/input.h"
#include "cli/output.h"
#include "prenorm/base/error.h"
#include "prenorm/decoding/translate.h"
#include "prenorm/files/read_lines.h"
#include "prenorm/machine/profile.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/ops/cpu_level.h"
#include "prenorm/speed/benchmark.h"

namespace prenorm::cli {
namespace {

using decoding::LineTranslator;
using decoding::SearchLoop;
using nlohmann::ordered_json;

struct Measured {
  std::int64_t sentences = 0, tokens = 0;
  double seconds = 0;
  std::vector<std::string> translations;
  std::vector<profile::Row> operators;

  double sentences_per_second() const { return static_cast<double>(sentences) / seconds; }
  double tokens_per_second() const { return static_cast<double>(tokens) / seconds; }
};

Measured measure(const app::LoadedTranslator& loaded, const std::vector<std::string>& lines, std::string_view name,
                 SearchLoop loop) {
  const LineTranslator translator(*loaded.model, loaded.tokenizers.source, loaded.tokenizers.target,
                                  loaded.config.decode, loop);
  Measured result;
  Progress progress(loop == SearchLoop::kCached ? "translating" : "padded loop", std::ssize(lines));
  profile::start();
  const auto start = std::chrono::steady_clock::now();
  const auto found = translator.translate(lines, {.name = name}, [&](std::int64_t done) { progress.update(done); });
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.operators = profile::stop();
  result.sentences = std::ssize(lines);
  for (const auto& best : found) {
    result.tokens += best.front().tokens;
    result.translations.push_back(best.front().text);
  }
  return result;
}

std::vector<std::string> every(const std::vector<std::string>& lines, std::int64_t n) {
  std::vector<std::string> sample;
  for (std::int64_t i = 0; i < std::ssize(lines); i += n) sample.push_back(lines[i]);
  return sample;
}

ordered_json figures(const Measured& m) {
  return {{"sentences", m.sentences},
          {"tokens", m.tokens},
          {"seconds", m.seconds},
          {"sentences_per_second", m.sentences_per_second()},
          {"tokens_per_second", m.tokens_per_second()}};
}

// Seconds of operators are summed over threads.
ordered_json operators(const Measured& m) {
  const double thread_seconds = m.seconds * at::get_num_threads();
  ordered_json list = ordered_json::array();
  double rest = thread_seconds;
  for (const profile::Row& row : m.operators) {
    list.push_back({{"name", row.name},
                    {"thread_seconds", row.seconds},
                    {"share", row.seconds / thread_seconds},
                    {"calls", row.calls},
                    {"gflops_per_thread", 1e-9 * row.flops / row.seconds}});
    rest -= row.seconds;
  }
  list.push_back({{"name", "other"}, {"thread_seconds", rest}, {"share", rest / thread_seconds}});
  return list;
}

std::string table(const ordered_json& j) {
  std::string text = fmt::format(
      "{} sentences in {:.2f} s, beam {}, {} threads\nsentences/s       {:.1f}\ntarget tokens/s   {:.0f}\n"
      "peak memory       {:.0f} MiB\nkernels           {}\n\n{:<38} {:>9} {:>7} {:>9}\n",
      j["sentences"].get<std::int64_t>(), j["seconds"].get<double>(), j["beam"].get<std::int64_t>(),
      j["threads"].get<int>(), j["sentences_per_second"].get<double>(), j["tokens_per_second"].get<double>(),
      j["peak_rss_mib"].get<double>(), j["cpu_level"].get<std::string>(), "operator (seconds of all threads)", "s", "%",
      "GFLOP/s");
  for (const ordered_json& row : j["operators"]) {
    const double gflops = row.value("gflops_per_thread", 0.0);
    text += fmt::format("{:<38} {:>9.2f} {:>7.1f} {:>9}\n", row["name"].get<std::string>(),
                        row["thread_seconds"].get<double>(), 100 * row["share"].get<double>(),
                        gflops > 0 ? fmt::format("{:.1f}", gflops) : "");
  }
  if (!j.contains("padded_loop")) return text;
  const ordered_json& padded = j["padded_loop"];
  return text + fmt::format(
                    "\npadded loop without a cache, on {} of the sentences: {:.2f} sentences/s, {:.1f} times slower, "
                    "{} translated otherwise\n",
                    padded["sentences"].get<std::int64_t>(), padded["sentences_per_second"].get<double>(),
                    padded["times_slower"].get<double>(), padded["different_translations"].get<std::int64_t>());
}

}  // namespace

int bench_decode(const DecodeBenchOptions& options) {
  const std::vector<std::string> lines = read_lines(open_text(options.text));
  if (lines.empty()) throw_error<DataError>("{}: the file is empty, there is nothing to translate", options.text);
  const app::LoadedTranslator loaded = load(options.translator);
  const Measured cached = measure(loaded, lines, options.text, SearchLoop::kCached);
  ordered_json json = figures(cached);
  json["beam"] = loaded.config.decode.beam;
  json["threads"] = at::get_num_threads();
  json["cpu_level"] = enum_name(ops::cpu_level());
  json["peak_rss_mib"] = speed::peak_rss_bytes() / (1 << 20);
  json["operators"] = operators(cached);
  if (options.baseline_every > 0) {
    const Measured padded = measure(loaded, every(lines, options.baseline_every), options.text, SearchLoop::kPadded);
    const std::vector<std::string> expected = every(cached.translations, options.baseline_every);
    std::int64_t different = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) different += padded.translations[i] != expected[i];
    json["padded_loop"] = figures(padded);
    json["padded_loop"]["times_slower"] = cached.sentences_per_second() / padded.sentences_per_second();
    json["padded_loop"]["different_translations"] = different;
  }
  if (options.json)
    print_json(json_kinds::kDecodingSpeed, json);
  else
    print(table(json));
  return 0;
}

}  // namespace prenorm::cli
