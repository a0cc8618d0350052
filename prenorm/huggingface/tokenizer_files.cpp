#include "prenorm/huggingface/tokenizer_files.h"

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_text.h"
#include "prenorm/base/text.h"
#include "prenorm/config/id_list.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/json_file.h"

namespace prenorm::huggingface {
namespace fs = std::filesystem;
namespace {

// Characters and bytes: our own format, under a name that no other program looks for.
constexpr const char* kOurs = "prenorm_tokenizer.json";

void write_json(const fs::path& path, const nlohmann::ordered_json& json) {
  write_file_atomically(path, json_text(json, 2) + "\n");
}

nlohmann::ordered_json pieces_with_ids(const text::Tokenizer& tokenizer) {
  nlohmann::ordered_json ids = nlohmann::ordered_json::object();
  // Appends without searching for an existing key, which would take quadratic time for a vocabulary.
  auto& list = ids.get_ref<nlohmann::ordered_json::object_t&>();
  for (std::int32_t id = 0; id < tokenizer.size(); ++id) list.emplace_back(tokenizer.piece(id), id);
  return ids;
}

// Names of the special tokens under the keys of transformers; null for those that the vocabulary lacks.
nlohmann::ordered_json special_tokens(const Architecture& a, const text::Tokenizer& tokenizer) {
  const auto name = [&](std::int64_t id) {
    return id >= 0 ? nlohmann::ordered_json(tokenizer.piece(static_cast<std::int32_t>(id)))
                   : nlohmann::ordered_json(nullptr);
  };
  nlohmann::ordered_json json{{"unk_token", name(a.ids.unk)},
                              {"eos_token", name(a.ids.end)},
                              {"bos_token", name(a.ids.begin)},
                              {"pad_token", name(a.ids.pad)},
                              {"model_max_length", a.model.max_positions}};
  if (a.is_encoder())
    json.update({{"cls_token", name(a.ids.begin)}, {"sep_token", name(a.ids.end)}, {"mask_token", name(a.ids.mask)}});
  if (a.type == ModelType::kMarian && a.ids.pad < 0) json["pad_token"] = name(a.ids.end);
  return json;
}

// The class of transformers that uses the ids of the SentencePiece model, and the names of its files.
nlohmann::ordered_json write_sentencepiece(const fs::path& folder, const Architecture& a,
                                           const text::Tokenizer& tokenizer) {
  const std::string model = tokenizer.serialized();
  if (a.type == ModelType::kMarian) {
    write_file_atomically(folder / "source.spm", model);
    write_file_atomically(folder / "target.spm", model);
    write_json(folder / "vocab.json", pieces_with_ids(tokenizer));
    return {{"tokenizer_class", "MarianTokenizer"}, {"separate_vocabs", false}};
  }
  if (a.type == ModelType::kGpt2) {
    write_file_atomically(folder / "tokenizer.model", model);
    return {{"tokenizer_class", "LlamaTokenizer"}, {"add_bos_token", false}, {"add_eos_token", false}};
  }
  write_file_atomically(folder / "spiece.model", model);
  return {{"tokenizer_class", "AlbertTokenizer"}, {"do_lower_case", false}, {"keep_accents", true}};
}

// Fast tokenizers need tokenizer.json, others vocab.txt.
nlohmann::ordered_json write_wordpiece(const fs::path& folder, const text::Tokenizer& tokenizer) {
  const auto json = parse_json(tokenizer.serialized());
  std::string lines;
  for (std::int32_t id = 0; id < tokenizer.size(); ++id) lines += tokenizer.piece(id) + "\n";
  write_file_atomically(folder / "tokenizer.json", tokenizer.serialized());
  write_file_atomically(folder / "vocab.txt", lines);
  nlohmann::ordered_json config{{"tokenizer_class", "BertTokenizer"}};
  // transformers prefers these to the file's own rules.
  if (const auto rules = json.find("normalizer"); rules != json.end() && rules->is_object()) {
    config["do_lower_case"] = rules->value("lowercase", false);
    config["strip_accents"] = rules->contains("strip_accents") ? nlohmann::ordered_json(rules->at("strip_accents"))
                                                               : nlohmann::ordered_json(nullptr);
    config["tokenize_chinese_chars"] = true;
  }
  return config;
}

nlohmann::ordered_json write_byte_level_bpe(const fs::path& folder, const Architecture& a,
                                            const text::Tokenizer& tokenizer) {
  const auto json = parse_json(tokenizer.serialized());
  // The published files of GPT-2 are older than the "model" member.
  const auto& model = json.contains("model") ? json["model"] : json;
  std::string merges = "#version: 0.2\n";
  for (const auto& pair : JsonReader(model).at("merges"))
    merges +=
        (pair.is_array() ? pair[0].get<std::string>() + " " + pair[1].get<std::string>() : pair.get<std::string>()) +
        "\n";
  write_file_atomically(folder / "tokenizer.json", tokenizer.serialized());
  write_json(folder / "vocab.json", pieces_with_ids(tokenizer));
  write_file_atomically(folder / "merges.txt", merges);
  return {{"tokenizer_class", a.type == ModelType::kGpt2 ? "GPT2Tokenizer" : "PreTrainedTokenizerFast"}};
}

nlohmann::ordered_json write_files(const fs::path& folder, const Architecture& a, const text::Tokenizer& tokenizer) {
  switch (tokenizer.format()) {
    case text::TokenizerFormat::kSentencePiece: return write_sentencepiece(folder, a, tokenizer);
    case text::TokenizerFormat::kWordPiece: return write_wordpiece(folder, tokenizer);
    case text::TokenizerFormat::kByteLevelBpe: return write_byte_level_bpe(folder, a, tokenizer);
    case text::TokenizerFormat::kCharacter:
    case text::TokenizerFormat::kByte: break;
  }
  write_file_atomically(folder / kOurs, tokenizer.serialized());
  return nlohmann::ordered_json::object();
}

// Marian's ids are those of vocab.json, ours those of the SentencePiece model, so they must be the same.
void check_marian(const fs::path& folder, const Architecture& a, const text::Tokenizer& tokenizer) {
  if (read_file(folder / "source.spm") != read_file(folder / "target.spm"))
    throw_error<DataError>("{}: source.spm and target.spm differ; prenorm needs one vocabulary for both",
                           folder.string());
  const auto ids = read_json(folder / "vocab.json");
  if (ids != nlohmann::json(pieces_with_ids(tokenizer)))
    throw_error<DataError>(
        "{}: its ids differ from those of the SentencePiece model, which prenorm needs to be the same",
        (folder / "vocab.json").string());
  const std::vector<std::int64_t> end{tokenizer.eos_id()};
  if (a.ids.decoder_start != tokenizer.decoder_start_id() || a.end_ids != end)
    throw_error<DataError>("{}: decoder_start_token_id = {} and eos_token_id = {}; prenorm needs {} and {}",
                           (folder / "config.json").string(), a.ids.decoder_start, config::ids_text(a.end_ids),
                           tokenizer.decoder_start_id(), tokenizer.eos_id());
}

}  // namespace

SpecialIds special_ids(const text::Tokenizer& tokenizer) {
  return {tokenizer.unk_id(), tokenizer.bos_id(),  tokenizer.eos_id(),
          tokenizer.pad_id(), tokenizer.mask_id(), tokenizer.decoder_start_id()};
}

void write_tokenizer(const fs::path& folder, const Architecture& architecture, const text::Tokenizer& tokenizer) {
  nlohmann::ordered_json json = write_files(folder, architecture, tokenizer);
  json.update(special_tokens(architecture, tokenizer));
  write_json(folder / "tokenizer_config.json", json);
}

text::Tokenizer read_tokenizer(const fs::path& folder, const Architecture& architecture) {
  for (const char* name :
       {kOurs, "source.spm", "spiece.model", "tokenizer.model", "tokenizer.json", "vocab.txt", "vocab.json"}) {
    if (!is_there(folder / name)) continue;
    text::Tokenizer tokenizer = text::Tokenizer::from_file(folder / name);
    if (tokenizer.size() != architecture.vocabulary)
      throw_error<DataError>("{}: has {} pieces, but config.json says {}", (folder / name).string(), tokenizer.size(),
                             architecture.vocabulary);
    if (name == std::string_view("source.spm")) check_marian(folder, architecture, tokenizer);
    return tokenizer;
  }
  throw_error<FileError>("{}: has no tokenizer (tokenizer.json, vocab.txt, vocab.json or a SentencePiece model)",
                         folder.string());
}

}  // namespace prenorm::huggingface
