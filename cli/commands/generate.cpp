#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/run_process.h"
#include "prenorm/app/load_model.h"
#include "prenorm/config/id_list.h"
#include "prenorm/decoding/generate.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace {

struct GenerateOptions {
  std::string run, checkpoint, prompt;
  decoding::GenerateOptions generate;
  std::uint64_t samples = 1;
  std::optional<std::int64_t> threads;
  bool json = false;
};

app::LoadedCausalLm load(const GenerateOptions& options) {
  const runs::RunFolder folder(options.run);
  set_up_process_of(folder, options.threads);
  return app::load_causal_lm(folder, options.checkpoint);
}

// Prints text as it is generated.
decoding::Generator::OnText to_standard_output() {
  return [](std::string_view text) {
    print(text);
    flush_output();
  };
}

int generate(GenerateOptions options) {
  const app::LoadedCausalLm loaded = load(options);
  if (options.prompt == "-") options.prompt = read_standard_input_text();
  // Positions beyond the training windows exist, but the model has learned nothing about them.
  options.generate.context = loaded.config.data.sequence_length;
  options.generate.end_ids = config::parse_ids(loaded.config.decode.end_ids).value_or(std::vector<std::int64_t>());
  const auto start = std::chrono::steady_clock::now();
  const decoding::Generator generator(*loaded.model, loaded.tokenizers.source, options.prompt, options.generate);
  nlohmann::json samples = nlohmann::json::array();
  std::int64_t tokens = 0;
  for (std::uint64_t i = 0; i < options.samples; ++i) {
    if (!options.json && i > 0) print("---\n");
    const decoding::Generation text =
        generator.sample(i, options.json ? decoding::Generator::OnText{} : to_standard_output());
    if (!options.json) print("\n");
    tokens += text.tokens;
    samples.push_back({{"text", text.text}, {"tokens", text.tokens}, {"stopped_by", enum_name(text.stopped_by)}});
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double rate = static_cast<double>(tokens) / seconds;
  if (options.json)
    print_json(json_kinds::kGeneration,
               {{"prompt", options.prompt}, {"samples", std::move(samples)}, {"tokens_per_second", rate}});
  else
    flush_output();
  inform(fmt::format("{} tokens in {:.2f} s: {:.0f} tokens/s", format_count(tokens), seconds, rate));
  return 0;
}

void add_sampling_options(CLI::App& command, decoding::SamplingOptions& sampling) {
  command.add_option("--temperature", sampling.temperature, "divides the logits; 0 = always the most likely token")
      ->type_name("T")
      ->capture_default_str();
  command.add_option("--top-k", sampling.top_k, "draw from the K most likely tokens; 0 = from all")->type_name("K");
  command.add_option("--top-p", sampling.top_p, "draw from the smallest set of probability P (nucleus)")
      ->type_name("P");
  command.add_option("--min-p", sampling.min_p, "drop tokens under M times the highest probability")->type_name("M");
}

}  // namespace

void add_generate(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("generate", "Continues a prompt with a causal language model.");
  auto options = std::make_shared<GenerateOptions>();
  decoding::GenerateOptions& generate_options = options->generate;
  command->add_option("RUN", options->run, "a run folder of task causal_lm")->required();
  command->add_option("--prompt", options->prompt, "text to continue; - = standard input")->type_name("TEXT");
  command->add_option("--max-tokens", generate_options.max_tokens, "maximum new tokens")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->capture_default_str();
  add_sampling_options(*command, generate_options.sampling);
  command->add_option("--stop", generate_options.stop, "stop before this text; may be repeated")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  command->add_option("--samples", options->samples, "number of texts")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--seed", generate_options.seed, "random seed; sample I depends only on (seed, I)")
      ->type_name("S")
      ->capture_default_str();
  command->add_option("--checkpoint", options->checkpoint, "average, best, last or a step [first that exists]")
      ->type_name("NAME");
  command->add_option("--threads", options->threads, "number of threads; 0 = one per core")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm generate runs/gpt --prompt 'Once upon' --top-p 0.9");
  run_as(*command, chosen, [options] { return generate(*options); });
}

}  // namespace prenorm::cli
