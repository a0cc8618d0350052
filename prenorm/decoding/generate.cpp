#include "prenorm/decoding/generate.h"

#include <algorithm>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::decoding {
namespace {

std::vector<std::int32_t> encode_prompt(const text::Tokenizer& tokenizer, std::string_view prompt) {
  if (!is_utf8(prompt)) throw_error<DataError>("the prompt is not UTF-8; convert it to UTF-8");
  std::vector<std::int32_t> ids = tokenizer.encode_text(prompt);
  if (!ids.empty()) return ids;
  if (tokenizer.bos_id() < 0)
    throw_error<DataError>("the prompt is empty, and the tokenizer has no token that begins a text; give a prompt");
  return {tokenizer.bos_id()};
}

std::vector<double> as_doubles(const at::Tensor& logits) {
  const at::Tensor doubles = logits.to(at::kDouble).contiguous();
  const auto* values = doubles.data_ptr<double>();
  return {values, values + doubles.numel()};
}

void check(const GenerateOptions& options) {
  check_sampling(options.sampling);
  if (options.max_tokens < 1) throw_error<UsageError>("max_tokens = {}: expected 1 or more", options.max_tokens);
  if (options.context < 0) throw_error<UsageError>("context = {}: expected a number of tokens", options.context);
}

}  // namespace

Generator::Generator(const models::CausalLm& model, const text::Tokenizer& tokenizer, std::string_view prompt,
                     GenerateOptions options)
    : model_(model),
      tokenizer_(tokenizer),
      options_(std::move(options)),
      filter_(options_.stop),
      context_(options_.context > 0 ? std::min(options_.context, model.max_positions()) : model.max_positions()),
      prompt_ids_(encode_prompt(tokenizer, prompt)) {
  check(options_);
  if (tokenizer.size() > model.vocabulary())
    throw_error<DataError>("the tokenizer has {} tokens but the model only {}: they do not belong together",
                           tokenizer.size(), model.vocabulary());
  const std::int64_t read_tokens = std::min(context_, std::ssize(prompt_ids_));
  if (read_tokens < std::ssize(prompt_ids_))
    warn(fmt::format("the prompt has {} tokens but the model's context is {}: only the end of the prompt is used",
                     prompt_ids_.size(), context_));
  prompt_.reading = model_.start_reading();
  read(prompt_, {prompt_ids_.end() - read_tokens, prompt_ids_.end()});
}

void Generator::read(State& state, std::vector<std::int64_t> ids) const {
  state.logits = as_doubles(model_.next_logits(ids, state.reading));
  state.logits.resize(static_cast<std::size_t>(tokenizer_.size()));
  state.tokens.insert(state.tokens.end(), ids.begin(), ids.end());
}

void Generator::read_on(State& state, std::int64_t id) const {
  if (state.reading.tokens < context_) return read(state, {id});
  const std::int64_t kept = std::max<std::int64_t>(context_ / 2, 1);
  std::vector<std::int64_t> ids(state.tokens.end() - (kept - 1), state.tokens.end());
  ids.push_back(id);
  state.tokens.clear();
  state.reading = model_.start_reading();
  read(state, std::move(ids));
}

bool Generator::ends(std::int64_t id) const {
  const auto& ids = options_.end_ids;
  return ids.empty() ? id == tokenizer_.eos_id() : std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Keys and values are appended in place, so each sample needs its own copy.
Generator::State Generator::fork_prompt() const {
  State state = prompt_;
  for (nn::KeyValueCache& cache : state.reading.caches) cache.rows = cache.rows.clone();
  return state;
}

Generation Generator::sample(std::uint64_t index, const OnText& on_text) const {
  State state = fork_prompt();
  RandomStream random(mix_key({options_.seed, name_key("generate"), index}));
  TextStream characters(tokenizer_, prompt_ids_);
  StopFilter filter = filter_;
  Generation result;
  const auto emit = [&](const std::string& text) {
    result.text += text;
    if (on_text && !text.empty()) on_text(text);
  };
  for (std::int64_t id = -1; result.tokens < options_.max_tokens && !filter.stopped();) {
    if (result.tokens > 0) read_on(state, id);
    id = decoding::sample(state.logits, options_.sampling, random);
    ++result.tokens;
    if (ends(id)) {
      result.stopped_by = StoppedBy::kEndOfSentence;
      break;
    }
    emit(filter.push(characters.push(static_cast<std::int32_t>(id))));
  }
  emit(filter.push(characters.finish()));
  emit(filter.finish());
  if (filter.stopped()) result.stopped_by = StoppedBy::kStopText;
  return result;
}

}  // namespace prenorm::decoding
