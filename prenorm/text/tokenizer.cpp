#include "prenorm/text/tokenizer.h"

#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/utf8.h"
#include "prenorm/text/tokenizer_file.h"

namespace prenorm::text {

namespace {

void require_id(std::int32_t id, std::int64_t size) {
  if (id < 0 || id >= size) throw_error<DataError>("token {} is outside the vocabulary of {}", id, size);
}

}  // namespace

Tokenizer::Tokenizer(std::shared_ptr<const TokenizerModel> model) : model_(std::move(model)) {}

Tokenizer Tokenizer::from_file(const std::filesystem::path& path) {
  return from_serialized(read_tokenizer_file(path), path.string());
}

Tokenizer Tokenizer::from_serialized(std::string_view bytes, std::string_view name) {
  return Tokenizer(parse_tokenizer(bytes, name));
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view line) const {
  std::vector<std::int32_t> ids;
  const std::string error = model_->encode(line, ids);
  if (!error.empty()) throw_error<DataError>("a line cannot be tokenized: {}", error);
  return ids;
}

std::vector<std::int32_t> Tokenizer::encode_text(std::string_view text) const {
  std::vector<std::int32_t> ids;
  const std::string error = model_->encode_text(text, ids);
  if (!error.empty()) throw_error<DataError>("a text cannot be tokenized: {}", error);
  return ids;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
  return replace_invalid_utf8(decode_bytes(ids));
}

std::string Tokenizer::decode_bytes(std::span<const std::int32_t> ids) const {
  std::string text;
  const std::string error = model_->decode(ids, text);
  if (!error.empty()) throw_error<DataError>("ids cannot be turned into text: {}", error);
  return text;
}

TokenizerFormat Tokenizer::format() const { return model_->format(); }
std::int64_t Tokenizer::size() const { return model_->size(); }
std::int32_t Tokenizer::unk_id() const { return model_->unk_id(); }
std::int32_t Tokenizer::eos_id() const { return model_->eos_id(); }
std::int32_t Tokenizer::bos_id() const { return model_->bos_id(); }
std::int32_t Tokenizer::pad_id() const { return model_->pad_id(); }
std::int32_t Tokenizer::mask_id() const { return model_->mask_id(); }
std::int32_t Tokenizer::newline_id() const { return model_->newline_id(); }
std::int32_t Tokenizer::decoder_start_id() const { return bos_id() >= 0 ? bos_id() : eos_id(); }

bool Tokenizer::starts_word(std::int32_t id) const {
  require_id(id, size());
  return model_->starts_word(id);
}

std::string Tokenizer::piece(std::int32_t id) const {
  require_id(id, size());
  return model_->piece(id);
}

std::string Tokenizer::serialized() const { return model_->serialized(); }

}  // namespace prenorm::text
