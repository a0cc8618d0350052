#include "prenorm/text/tokenizer_file.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/text.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/json_file.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/text/model_check.h"
#include "prenorm/text/sentencepiece.h"
#include "prenorm/text/tokenizer_json.h"
#include "prenorm/text/wordpiece.h"
#include "prenorm/text/write_tokenizer_json.h"

namespace prenorm::text {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWordPieceVocabulary = "vocab.txt";
constexpr const char* kTokenizerJson = "tokenizer.json";
constexpr const char* kVocabulary = "vocab.json";
constexpr const char* kMerges = "merges.txt";
constexpr const char* kRules = "tokenizer_config.json";

// The rules in the folder's tokenizer_config.json, which take precedence over those of the vocabulary.
BasicTokenRules read_rules(const fs::path& folder, const std::vector<std::string>& pieces) {
  BasicTokenRules rules = guess_basic_token_rules(pieces);
  const fs::path path = folder / kRules;
  if (!is_there(path)) return rules;
  const auto config = read_json(path);
  if (!config.is_object()) throw_error<DataError>("{}: is damaged; download it again or remove it", path.string());
  const auto flag = [&config](const char* key, bool otherwise) {
    const auto found = config.find(key);
    return found != config.end() && found->is_boolean() ? found->get<bool>() : otherwise;
  };
  for (const char* key : {"do_basic_tokenize", "tokenize_chinese_chars"})
    if (!flag(key, true))
      throw_error<DataError>("{}: {} is false, which is not supported: prenorm splits text as BERT does", path.string(),
                             key);
  if (config.value("tokenizer_class", nlohmann::json()) == "BertJapaneseTokenizer")
    throw_error<DataError>("{}: BertJapaneseTokenizer is not supported: it needs a dictionary of words", path.string());
  rules.lower_case = flag("do_lower_case", rules.lower_case);
  rules.strip_accents = flag("strip_accents", rules.lower_case);
  return rules;
}

// Older Hugging Face folders list added tokens in separate files; only tokenizer.json describes them completely.
void refuse_added_tokens(const fs::path& vocabulary, const std::function<bool(const std::string&)>& is_piece) {
  const auto check = [&](const fs::path& file, const std::string& content) {
    if (!is_piece(content))
      throw_error<DataError>("{}: adds the token {}, which {} does not have; name a tokenizer.json, which has both",
                             file.string(), quote_short(content), vocabulary.filename().string());
  };
  const fs::path list = vocabulary.parent_path() / "added_tokens.json", config = vocabulary.parent_path() / kRules;
  if (is_there(list)) {
    const auto added = read_json(list);
    if (!added.is_object())
      throw_error<DataError>("{}: is damaged, or not a list of tokens with their ids", list.string());
    for (const auto& [content, id] : added.items()) check(list, content);
  }
  if (!is_there(config)) return;
  const auto rules = read_json(config);
  const auto decoder = rules.is_object() ? rules.find("added_tokens_decoder") : rules.end();
  if (decoder == rules.end() || !decoder->is_object()) return;
  for (const nlohmann::json& token : *decoder)
    if (token.is_object() && token.contains("content") && token["content"].is_string())
      check(config, token["content"].get<std::string>());
}

std::string read_wordpiece(const fs::path& path) {
  const std::string bytes = read_text_file(path);
  if (!is_wordpiece_vocabulary(bytes))
    throw_error<DataError>("{}: is not a WordPiece vocabulary: it has no line [UNK], or is not UTF-8", path.string());
  std::vector<std::string> pieces = parse_wordpiece_vocabulary(bytes, path.string());
  const WordPieceRules rules{.words = read_rules(path.parent_path(), pieces)};
  refuse_added_tokens(
      path, [&](const std::string& piece) { return std::find(pieces.begin(), pieces.end(), piece) != pieces.end(); });
  return make_wordpiece(std::move(pieces), rules, {}, path.string())->serialized();
}

// Converts GPT-2's original files to the tokenizer.json that Hugging Face makes of them.
std::string join_gpt2_files(const fs::path& folder) {
  const fs::path vocabulary_path = folder / kVocabulary, merges_path = folder / kMerges;
  const auto vocabulary = read_json(vocabulary_path);
  const auto is_id = [](const nlohmann::json& id) { return id.is_number_unsigned(); };
  if (!vocabulary.is_object() || !std::all_of(vocabulary.begin(), vocabulary.end(), is_id))
    throw_error<DataError>("{}: is damaged, or not a list of pieces with their ids", vocabulary_path.string());
  refuse_added_tokens(vocabulary_path, [&](const std::string& piece) { return vocabulary.contains(piece); });
  const std::string lines = read_text_file(merges_path);
  if (!is_utf8(lines)) throw_error<DataError>("{}: is not UTF-8", merges_path.string());
  std::vector<std::string> merges;
  std::int64_t line_number = 0;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_number;
    if (line.empty() || (line_number == 1 && line.starts_with("#version"))) continue;
    if (line.find(' ') == std::string_view::npos)
      throw_error<DataError>("{}:{}: is not a pair of pieces", merges_path.string(), line_number);
    merges.emplace_back(line);
  }
  return write_byte_level_bpe_json(vocabulary, merges);
}

std::shared_ptr<const TokenizerModel> load_sentencepiece(std::string_view bytes, std::string_view name) {
  if (const std::string damage = find_model_damage(bytes); !damage.empty())
    throw_error<DataError>("{}: cannot be used as a SentencePiece model: {}", name, damage);
  std::shared_ptr<const TokenizerModel> model;
  if (const std::string error = sentencepiece().load(bytes, model); !error.empty())
    throw_error<DataError>("{}: cannot be used as a SentencePiece model: {}", name, error);
  if (model->eos_id() < 0)
    throw_error<DataError>("{}: the model has no end-of-sentence piece; train it with --eos_id", name);
  return model;
}

}  // namespace

std::string read_tokenizer_file(const fs::path& path) {
  if (is_folder(path)) {
    for (const char* name : {kWordPieceVocabulary, kTokenizerJson, kVocabulary})
      if (is_there(path / name)) return read_tokenizer_file(path / name);
    throw_error<FileError>("{}: the folder has no {}, {} or {}; name the tokenizer's file", path.string(),
                           kWordPieceVocabulary, kTokenizerJson, kVocabulary);
  }
  const fs::path name = path.filename();
  if (name == kWordPieceVocabulary) return read_wordpiece(path);
  if (name == kVocabulary || name == kMerges) return join_gpt2_files(path.parent_path());
  return read_text_file(path);  // a SentencePiece model never begins with a byte order mark
}

std::shared_ptr<const TokenizerModel> parse_tokenizer(std::string_view bytes, std::string_view name) {
  if (bytes.starts_with('{')) return parse_tokenizer_json(bytes, name);
  if (!is_wordpiece_vocabulary(bytes)) return load_sentencepiece(bytes, name);
  std::vector<std::string> pieces = parse_wordpiece_vocabulary(bytes, name);
  const WordPieceRules rules{.words = guess_basic_token_rules(pieces)};
  return make_wordpiece(std::move(pieces), rules, {}, name);
}

}  // namespace prenorm::text
