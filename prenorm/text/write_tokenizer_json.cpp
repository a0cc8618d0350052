#include "prenorm/text/write_tokenizer_json.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace prenorm::text {
namespace {

nlohmann::ordered_json added_token(const nlohmann::ordered_json& id, std::string_view content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

// Appends to an object without searching for an existing key, which would take quadratic time for a vocabulary.
void append(nlohmann::ordered_json& object, const std::string& key, nlohmann::ordered_json value) {
  object.get_ref<nlohmann::ordered_json::object_t&>().emplace_back(key, std::move(value));
}

std::string file_of(nlohmann::ordered_json added, nlohmann::ordered_json normalizer,
                    nlohmann::ordered_json pre_tokenizer, nlohmann::ordered_json post_processor,
                    nlohmann::ordered_json decoder, nlohmann::ordered_json model) {
  const nlohmann::ordered_json json{{"version", "1.0"},
                                    {"truncation", nullptr},
                                    {"padding", nullptr},
                                    {"added_tokens", std::move(added)},
                                    {"normalizer", std::move(normalizer)},
                                    {"pre_tokenizer", std::move(pre_tokenizer)},
                                    {"post_processor", std::move(post_processor)},
                                    {"decoder", std::move(decoder)},
                                    {"model", std::move(model)}};
  return json.dump() + "\n";
}

// [CLS] A [SEP] of segment 0, and B [SEP] of segment 1; without [CLS] if the vocabulary has none.
nlohmann::ordered_json bert_template(const std::vector<std::string>& pieces, const SpecialIds& special) {
  nlohmann::ordered_json single = nlohmann::ordered_json::array(), used = nlohmann::ordered_json::object();
  const auto mark = [&](int id, int segment) {
    const std::string& name = pieces[static_cast<std::size_t>(id)];
    used[name] = {
        {"id", name}, {"ids", nlohmann::ordered_json::array({id})}, {"tokens", nlohmann::ordered_json::array({name})}};
    return nlohmann::ordered_json{{"SpecialToken", {{"id", name}, {"type_id", segment}}}};
  };
  const auto text = [](const char* name, int segment) {
    return nlohmann::ordered_json{{"Sequence", {{"id", name}, {"type_id", segment}}}};
  };
  if (special.bos >= 0) single.push_back(mark(special.bos, 0));
  single.push_back(text("A", 0));
  single.push_back(mark(special.eos, 0));
  nlohmann::ordered_json pair = single;
  pair.push_back(text("B", 1));
  pair.push_back(mark(special.eos, 1));
  return {{"type", "TemplateProcessing"},
          {"single", std::move(single)},
          {"pair", std::move(pair)},
          {"special_tokens", std::move(used)}};
}

}  // namespace

std::string write_wordpiece_json(const std::vector<std::string>& pieces, const WordPieceRules& rules,
                                 const SpecialIds& special) {
  nlohmann::ordered_json vocabulary = nlohmann::ordered_json::object(), added = nlohmann::ordered_json::array();
  for (std::size_t id = 0; id < pieces.size(); ++id) append(vocabulary, pieces[id], id);
  for (const int id : {special.pad, special.unk, special.bos, special.eos, special.mask})
    if (id >= 0) added.push_back(added_token(id, pieces[static_cast<std::size_t>(id)]));
  return file_of(std::move(added),
                 {{"type", "BertNormalizer"},
                  {"clean_text", true},
                  {"handle_chinese_chars", true},
                  {"strip_accents", rules.words.strip_accents},
                  {"lowercase", rules.words.lower_case}},
                 {{"type", "BertPreTokenizer"}}, bert_template(pieces, special),
                 {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", false}},
                 {{"type", "WordPiece"},
                  {"unk_token", "[UNK]"},
                  {"continuing_subword_prefix", "##"},
                  {"max_input_chars_per_word", rules.longest_word},
                  {"vocab", std::move(vocabulary)}});
}

std::string write_byte_level_bpe_json(const nlohmann::json& vocabulary, const std::vector<std::string>& merges) {
  nlohmann::ordered_json ids = nlohmann::ordered_json::object(), added = nlohmann::ordered_json::array();
  for (const auto& [piece, id] : vocabulary.items()) append(ids, piece, id);
  for (const char* special : {"<|endoftext|>", "<s>", "</s>", "<pad>", "<unk>", "<mask>"})
    if (const auto id = vocabulary.find(special); id != vocabulary.end()) added.push_back(added_token(*id, special));
  const nlohmann::ordered_json words{
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  return file_of(
      std::move(added), nullptr, words, nullptr, words,
      {{"type", "BPE"},
       {"dropout", nullptr},
       {"unk_token", vocabulary.contains("<unk>") ? nlohmann::ordered_json("<unk>") : nlohmann::ordered_json(nullptr)},
       {"continuing_subword_prefix", nullptr},
       {"end_of_word_suffix", nullptr},
       {"fuse_unk", false},
       {"vocab", std::move(ids)},
       {"merges", merges}});
}

}  // namespace prenorm::text
