#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands/bench_decode.h"
#include "cli/input.h"
#include "cli/output.h"
#include "prenorm/app/make_task.h"
#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"
#include "prenorm/config/load.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/ops/cpu_level.h"
#include "prenorm/speed/benchmark.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {
namespace {

using speed::Benchmark;

struct BenchOptions {
  std::string config, write_batches;
  std::vector<std::string> set;
  std::int64_t steps = 20;
  tasks::SyntheticLengths lengths;
  bool synthetic = false, json = false;
  DecodeBenchOptions decode;
};

template <class Figure>
std::vector<double> of_updates(const Benchmark& b, const Figure& figure) {
  std::vector<double> values;
  for (const speed::MeasuredUpdate& u : b.updates) values.push_back(static_cast<double>(figure(u)));
  return values;
}

struct Figures {
  explicit Figures(const Benchmark& b)
      : target_rate(quantile(
            of_updates(b, [](const auto& u) { return static_cast<double>(u.target_tokens) / u.seconds; }), 0.5)),
        source_rate(quantile(
            of_updates(b, [](const auto& u) { return static_cast<double>(u.source_tokens) / u.seconds; }), 0.5)),
        ms(of_updates(b, [](const auto& u) { return 1e3 * u.seconds; })) {}
  double target_rate, source_rate;
  std::vector<double> ms;
};

// Seconds of the whole machine: the time of one worker counts by its share.
double machine_seconds(const Benchmark& b, const profile::Row& row) {
  return row.takes == profile::Takes::kAllWorkers ? row.seconds : row.seconds / static_cast<double>(b.workers);
}

// Time outside all operators: autograd, memory, and workers that wait for the last one.
double other_seconds(const Benchmark& b) {
  double rest = b.seconds;
  for (const profile::Row& row : b.operators) rest -= machine_seconds(b, row);
  return rest;
}

nlohmann::ordered_json to_json(const Benchmark& b) {
  const Figures f(b);
  nlohmann::ordered_json json{
      {"target_tokens_per_second", f.target_rate},
      {"source_tokens_per_second", f.source_rate},
      {"ms_per_update", {{"median", quantile(f.ms, 0.5)}, {"p10", quantile(f.ms, 0.1)}, {"p90", quantile(f.ms, 0.9)}}},
      {"target_tokens_per_update", quantile(of_updates(b, [](const auto& u) { return u.target_tokens; }), 0.5)},
      {"model_gflop_per_update", 1e-9 * b.model_flops_per_update()},
      {"gemm_peak_gflops", 1e-9 * b.gemm_peak_flops},
      {"utilization", b.utilization()},
      {"peak_rss_mib", b.peak_rss_bytes / (1 << 20)},
      {"parameters", b.parameters},
      {"trained_parameters", b.trained_parameters},
      {"workers", b.workers},
      {"cpu_level", enum_name(ops::cpu_level())},
      {"loss_nats_per_token",
       of_updates(b, [](const auto& u) { return u.loss_nats / static_cast<double>(u.target_tokens); })}};
  const double updates = static_cast<double>(b.updates.size());
  for (const profile::Row& row : b.operators)
    json["operators"].push_back({{"name", row.name},
                                 {"ms_per_update", 1e3 * machine_seconds(b, row) / updates},
                                 {"share", machine_seconds(b, row) / b.seconds},
                                 {"calls_per_update", static_cast<double>(row.calls) / updates},
                                 {"gflops", 1e-9 * row.flops / machine_seconds(b, row)},
                                 {"gb_per_second", 1e-9 * row.bytes / machine_seconds(b, row)}});
  json["operators"].push_back({{"name", "other"},
                               {"ms_per_update", 1e3 * other_seconds(b) / updates},
                               {"share", other_seconds(b) / b.seconds}});
  return json;
}

std::string table(const Benchmark& b) {
  const Figures f(b);
  std::string text = fmt::format(
      "target tokens/s   {:.0f}\nsource tokens/s   {:.0f}\nms per update     {:.1f} (10 % below {:.1f}, 10 % above "
      "{:.1f})\nGFLOP per update  {:.1f} by formula\nGEMM peak         {:.0f} GFLOP/s on the model's shapes\n"
      "utilization       {:.3f}\npeak memory       {:.0f} MiB\nkernels           {}\n\n{:<38} {:>9} {:>7} {:>9} "
      "{:>8}\n",
      f.target_rate, f.source_rate, quantile(f.ms, 0.5), quantile(f.ms, 0.1), quantile(f.ms, 0.9),
      1e-9 * b.model_flops_per_update(), 1e-9 * b.gemm_peak_flops, b.utilization(), b.peak_rss_bytes / (1 << 20),
      enum_name(ops::cpu_level()), "operator", "ms", "%", "GFLOP/s", "GB/s");
  const double updates = static_cast<double>(b.updates.size());
  const auto line = [&](std::string_view name, double seconds, double flops, double bytes) {
    const auto rate = [&](double work) { return work > 0 ? fmt::format("{:.1f}", 1e-9 * work / seconds) : ""; };
    text += fmt::format("{:<38} {:>9.2f} {:>7.1f} {:>9} {:>8}\n", name, 1e3 * seconds / updates,
                        100 * seconds / b.seconds, rate(flops), rate(bytes));
  };
  for (const profile::Row& row : b.operators) line(row.name, machine_seconds(b, row), row.flops, row.bytes);
  line("other (autograd, memory, waiting)", other_seconds(b), 0, 0);
  return text;
}

// One line per update, for other programs to train on the same batches; see bench/README.md.
void write_batches(const BenchOptions& options, const Config& config, tasks::TranslatorTask& task) {
  const auto sentences = [](const std::vector<std::int64_t>& ids, const std::vector<std::int64_t>& offsets,
                            std::int64_t skip_first, std::int64_t skip_last) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 1; i < offsets.size(); ++i)
      list.push_back(
          std::vector<std::int64_t>(ids.begin() + offsets[i - 1] + skip_first, ids.begin() + offsets[i] - skip_last));
    return list;
  };
  const batches::Batch first = task.batch(0, 0);
  std::string text = nlohmann::json{{"source_vocabulary", task.model().source_vocabulary()},
                                    {"target_vocabulary", task.model().target_vocabulary()},
                                    {"start_id", first.target_input.ids.front()},
                                    {"eos_id", first.target_output.back()},
                                    {"steps", options.steps}}
                         .dump() +
                     "\n";
  std::int64_t epoch = 0, index = 0;
  for (std::int64_t step = 0; step < options.steps; ++step) {
    const batches::Batch batch = task.batch(epoch, index);
    text += nlohmann::json{{"source", sentences(batch.source.ids, batch.source.offsets, 0, 1)},
                           {"target", sentences(batch.target_input.ids, batch.target_input.offsets, 1, 0)}}
                .dump() +
            "\n";
    task.advance(epoch, index);
  }
  write_file_atomically(options.write_batches, text);
  inform(fmt::format("{}: {} batches of {} target tokens at most", options.write_batches, options.steps,
                     config.batch.max_tokens));
}

int report(const BenchOptions& options, const Benchmark& benchmark) {
  if (options.json)
    print_json(json_kinds::kTrainingSpeed, to_json(benchmark));
  else
    print(table(benchmark));
  return 0;
}

constexpr const char* kPrepared = "runs/prepared";

int bench(const BenchOptions& options) {
  if (!options.decode.text.empty()) {
    DecodeBenchOptions decode = options.decode;
    decode.translator.run = options.config;
    decode.json = options.json;
    return bench_decode(decode);
  }
  const Config config = load_config(options.config, options.set).config;
  const bool lengths = options.lengths.source > 0 || options.lengths.target > 0;
  const bool synthetic = options.synthetic || lengths || train_file(config).empty();
  if (synthetic && !options.write_batches.empty())
    throw_error<UsageError>("--write-batches writes the configuration's own data, but it names none");
  updates::set_up_process(config.runtime);
  if (!options.write_batches.empty()) {
    const DataConfig& data = config.data;
    refuse_input_as_output(
        "--write-batches", options.write_batches,
        {options.config, data.train_source, data.train_target, data.valid_source, data.valid_target});
    if (config.task != TaskKind::kTranslation) throw_error<UsageError>("--write-batches is for task = \"translation\"");
    write_batches(options, config, *app::translation_to_measure(config, kPrepared));
    return 0;
  }
  const auto task =
      app::measuring_task(config, {.synthetic = synthetic, .lengths = options.lengths, .prepared_dir = kPrepared});
  return report(options, speed::measure(config, *task, options.steps));
}

}  // namespace

void add_bench(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("bench", "Measures how fast a configuration trains, or a run translates.");
  auto options = std::make_shared<BenchOptions>();
  command->add_option("CONFIG", options->config, "a TOML file (without data: on synthetic text); with --decode a run")
      ->required();
  command->add_option("--steps", options->steps, "updates to measure, after 2 for warm-up [20]")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--set", options->set, "override a key; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--synthetic", options->synthetic, "use random sentences, whatever data the configuration names");
  command->add_option("--source-length", options->lengths.source, "tokens of each synthetic source sentence")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--target-length", options->lengths.target, "tokens of each synthetic target sentence")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command
      ->add_option("--write-batches", options->write_batches,
                   "write the token ids of the updates as JSON lines instead")
      ->type_name("FILE");
  CLI::Option* decode =
      command->add_option("--decode", options->decode.text, "measure how fast the run translates this text instead")
          ->type_name("FILE");
  command
      ->add_option("--baseline", options->decode.baseline_every,
                   "also translate every N-th line without a cache, to compare")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000))
      ->needs(decode);
  command->add_option("--beam", options->decode.translator.beam, "hypotheses kept per sentence; 1 = greedy")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->needs(decode);
  command->add_option("--threads", options->decode.translator.threads, "number of threads; 0 = one per core")
      ->type_name("N")
      ->check(CLI::Range(0, 4096))
      ->needs(decode);
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm bench my.toml --steps 50");
  run_as(*command, chosen, [options] { return bench(*options); });
}

}  // namespace prenorm::cli
