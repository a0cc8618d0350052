// Runs exported, imported and exported again.
#include <ATen/ops/ones.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "files/temporary_folder.h"
#include "huggingface/small_models.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/files/file.h"
#include "prenorm/files/hash.h"
#include "prenorm/huggingface/export.h"
#include "prenorm/huggingface/import.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/runs/checkpoint.h"

namespace prenorm::huggingface {
namespace {

namespace fs = std::filesystem;
using runs::RunFolder;
using ::testing::HasSubstr;

text::Tokenizer tokenizer_for(TaskKind task) {
  TokenizerConfig config;
  config.vocab_size = task == TaskKind::kCausalLm ? 300 : 40;
  int line = 0;
  const text::LineSource lines = [&](std::string& text) {
    text = fmt::format("line {} of a text in which words are few, and few are the words", line % 10);
    return line++ < 50;
  };
  return text::train_tokenizer(lines, config, "the text",
                               {.mask = task == TaskKind::kMaskedLm, .newline = task == TaskKind::kCausalLm});
}

TaskKind task_to_train(const Architecture& a) {
  if (a.type == ModelType::kMarian) return TaskKind::kTranslation;
  return a.type == ModelType::kGpt2 ? TaskKind::kCausalLm : TaskKind::kMaskedLm;
}

std::map<std::string, std::string> content_of(const fs::path& folder) {
  std::map<std::string, std::string> content;
  for (const auto& entry : fs::directory_iterator(folder))
    content[entry.path().filename().string()] = hash_file_hex(entry.path());
  return content;
}

class Runs : public ::testing::Test {
 protected:
  // A run of a small model under this name.
  RunFolder make_run(const std::string& name) { return make_run(name, architecture(name)); }
  static Architecture architecture(const std::string& name) {
    for (const auto& [its_name, a] : test::small_models())
      if (its_name == name) return a;
    throw std::out_of_range(name);
  }
  // Exported and imported: the tokenizer that comes back, and the files between.
  std::vector<std::string> expect_tokenizer_back(const RunFolder& run) {
    const Exported exported = export_run(run, "", folder_ / "hf");
    const RunFolder again(folder_ / "again");
    import_run(folder_ / "hf", again);
    const text::Tokenizer before = run.tokenizers().source, after = again.tokenizers().source;
    EXPECT_EQ(after.format(), before.format());
    EXPECT_EQ(after.serialized(), before.serialized());
    return exported.files;
  }
  RunFolder make_run(const std::string& name, Architecture a) {
    return make_run(name, a, tokenizer_for(task_to_train(a)));
  }
  RunFolder make_run(const std::string& name, Architecture a, const text::Tokenizer& tokenizer) {
    const TaskKind task = task_to_train(a);
    a.vocabulary = tokenizer.size();
    Config config;
    config.task = task;
    config.model = a.model;
    config.masked_lm.next_sentence = a.next_sentence;
    config.data.sequence_length = 8;
    config.data.train_source = config.data.train_target = config.data.train_text = "text";
    const RunFolder run(folder_ / name);
    run.create(config, {tokenizer, tokenizer, true});
    nn::Parameters parameters = empty_parameters(layout_of(a));
    test::randomize(parameters, 3);
    runs::save_weights(run.checkpoint(20), parameters, {{"made_by", "a test"}});
    run.link_last(20);
    return run;
  }
  template <class E, class Call>
  std::string refusal(Call&& call) {
    const std::vector<std::string> before = folder_.names();
    std::string message = "nothing was thrown";
    try {
      call();
    } catch (const E& error) {
      message = error.what();
    }
    EXPECT_EQ(folder_.names(), before) << "something was left";
    return message;
  }
  // The error of an import of `hf` in which one file has been changed.
  template <class E>
  std::string import_refusal() {
    return refusal<E>([&] { import_run(folder_ / "hf", RunFolder(folder_ / "again")); });
  }

  test::TemporaryFolder folder_;
};

TEST_F(Runs, ThereAndBackAreTheSameToTheBit) {
  for (const char* name : {"bert", "bert_next_sentence", "bert_without_segments", "megatron_bert",
                           "megatron_bert_next_sentence", "gpt2", "marian"}) {
    SCOPED_TRACE(name);
    const RunFolder run = make_run(name);
    const fs::path hf = folder_ / (std::string(name) + "_hf");
    const Exported exported = export_run(run, "", hf);
    EXPECT_EQ(exported.files.size(), content_of(hf).size());
    const RunFolder again(folder_ / (std::string(name) + "_again"));
    const Imported imported = import_run(hf, again);
    EXPECT_EQ(imported.parameters, exported.parameters);
    EXPECT_TRUE(imported.left_out.empty());

    const auto file = [](const RunFolder& of) { return of.find_checkpoint("") / "model.safetensors"; };
    const io::TensorFile before = io::read_safetensors(file(run)), after = io::read_safetensors(file(again));
    ASSERT_EQ(before.tensors.size(), after.tensors.size());
    for (const auto& [tensor, value] : before.tensors) EXPECT_TRUE(value.equal(after.at(tensor))) << tensor;
    const Config config = load_run_config(again.path()).config;
    EXPECT_NO_THROW(validate(config));
    EXPECT_EQ(config.task, load_run_config(run.path()).config.task);
    EXPECT_EQ(again.tokenizers().source.serialized(), run.tokenizers().source.serialized());
    EXPECT_EQ(again.find_checkpoint("best"), again.path() / "best");
    EXPECT_EQ(runs::load_state(again.find_checkpoint("last")).step, 0);

    export_run(again, "last", folder_ / "twice");
    auto first = content_of(hf), second = content_of(folder_ / "twice");
    first.erase("generation_config.json"), second.erase("generation_config.json");  // decoding is no part of a model
    EXPECT_EQ(first, second);
    fs::remove_all(folder_ / "twice");
  }
}

TEST_F(Runs, TokenizersAreWrittenUnderTheNamesOfTheirClasses) {
  EXPECT_EQ(export_run(make_run("bert"), "", folder_ / "b").files,
            (std::vector<std::string>{"config.json", "model.safetensors", "spiece.model", "tokenizer_config.json"}));
  const auto bert = nlohmann::json::parse(read_file(folder_ / "b" / "tokenizer_config.json"));
  EXPECT_EQ(bert["cls_token"], "<s>");
  EXPECT_EQ(bert["sep_token"], "</s>");
  EXPECT_EQ(bert["mask_token"], "<mask>");
  EXPECT_EQ(export_run(make_run("gpt2"), "", folder_ / "g").files,
            (std::vector<std::string>{"config.json", "generation_config.json", "model.safetensors", "tokenizer.model",
                                      "tokenizer_config.json"}));
  EXPECT_EQ(export_run(make_run("marian"), "20", folder_ / "m").files,
            (std::vector<std::string>{"config.json", "generation_config.json", "model.safetensors", "source.spm",
                                      "target.spm", "tokenizer_config.json", "vocab.json"}));
  const auto ids = nlohmann::json::parse(read_file(folder_ / "m" / "vocab.json"));
  const auto marian = nlohmann::json::parse(read_file(folder_ / "m" / "config.json"));
  EXPECT_EQ(ids.size(), 40U);
  EXPECT_EQ(marian["decoder_start_token_id"], ids["<s>"]);
  EXPECT_EQ(marian["eos_token_id"], ids["</s>"]);
  EXPECT_EQ(marian["pad_token_id"], ids["</s>"]);
}

TEST_F(Runs, WordPieceIsWrittenForFastTokenizersAndForOthers) {
  const std::string pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nline\n##s\nof\nwords\n";
  // A vocabulary with padding: RoBERTa's positions can be counted from it.
  const RunFolder run =
      make_run("roberta", architecture("roberta_prelayernorm"), text::Tokenizer::from_serialized(pieces));
  EXPECT_EQ(expect_tokenizer_back(run), (std::vector<std::string>{"config.json", "model.safetensors", "tokenizer.json",
                                                                  "tokenizer_config.json", "vocab.txt"}));
  EXPECT_EQ(read_file(folder_ / "hf" / "vocab.txt"), pieces);
  const auto config = nlohmann::json::parse(read_file(folder_ / "hf" / "tokenizer_config.json"));
  EXPECT_EQ(config["tokenizer_class"], "BertTokenizer");
  EXPECT_EQ(config["pad_token"], "[PAD]");
  EXPECT_EQ(config["do_lower_case"], true);
  EXPECT_EQ(config["strip_accents"], true);
  // As published: the vocabulary alone.
  fs::remove(folder_ / "hf" / "tokenizer.json");
  import_run(folder_ / "hf", RunFolder(folder_ / "third"));
  EXPECT_EQ(RunFolder(folder_ / "third").tokenizers().source.encode("Lines of words"),
            (std::vector<std::int32_t>{5, 6, 7, 8}));
}

TEST_F(Runs, Gpt2sVocabularyAndMergesAreWritten) {
  const auto golden = nlohmann::json::parse(read_file(fs::path(PRENORM_TEST_DIR) / "text/golden/gpt2_cases.json"));
  std::string merges = "#version: 0.2\n";
  for (const nlohmann::json& merge : golden["merges"]) merges += merge.get<std::string>() + "\n";
  write_file_atomically(folder_ / "vocabulary" / "vocab.json", golden["vocab"].dump());
  write_file_atomically(folder_ / "vocabulary" / "merges.txt", merges);
  const auto tokenizer = text::Tokenizer::from_file(folder_ / "vocabulary");
  EXPECT_EQ(expect_tokenizer_back(make_run("gpt2", architecture("gpt2"), tokenizer)),
            (std::vector<std::string>{"config.json", "generation_config.json", "merges.txt", "model.safetensors",
                                      "tokenizer.json", "tokenizer_config.json", "vocab.json"}));
  EXPECT_EQ(read_file(folder_ / "hf" / "merges.txt"), merges);
  EXPECT_EQ(nlohmann::json::parse(read_file(folder_ / "hf" / "vocab.json")), golden["vocab"]);
  fs::remove(folder_ / "hf" / "tokenizer.json");
  import_run(folder_ / "hf", RunFolder(folder_ / "third"));
  const std::string text = "As published: two files.";
  EXPECT_EQ(RunFolder(folder_ / "third").tokenizers().source.encode(text), tokenizer.encode(text));
}

TEST_F(Runs, CharactersAndBytesComeBack) {
  for (const TokenizerKind kind : {TokenizerKind::kCharacter, TokenizerKind::kByte}) {
    TokenizerConfig config;
    config.kind = kind;
    bool given = false;
    const text::LineSource lines = [&](std::string& text) { return text = "a text", !std::exchange(given, true); };
    const RunFolder run =
        make_run("gpt2", architecture("gpt2"), text::train_tokenizer(lines, config, "the text", {.newline = true}));
    EXPECT_THAT(expect_tokenizer_back(run), ::testing::Contains("prenorm_tokenizer.json"));
    for (const char* made : {"gpt2", "hf", "again"}) fs::remove_all(folder_ / made);
  }
}

// The ids at which generate() of transformers ends a text; the run keeps those that are not the tokenizer's.
TEST_F(Runs, WhereATextEndsGoesThereAndBack) {
  const RunFolder run = make_run("gpt2");
  const std::int32_t end = run.tokenizers().source.eos_id();
  export_run(run, "", folder_ / "hf");
  const fs::path config = folder_ / "hf" / "config.json", generation = folder_ / "hf" / "generation_config.json";
  struct Case {
    nlohmann::json config, generation;
    std::string end_ids;
    nlohmann::json written;
  };
  const nlohmann::json none;
  for (const Case& c : {Case{end, end, "", end}, Case{15, none, "15", 15}, Case{end, 16, "16", 16},
                        Case{15, {16, end}, fmt::format("16, {}", end), {16, end}}, Case{{end}, none, "", end},
                        Case{none, none, "", end}, Case{-1, none, "", end}}) {
    SCOPED_TRACE(c.config.dump() + " " + c.generation.dump());
    auto json = nlohmann::json::parse(read_file(config));
    json["eos_token_id"] = c.config;
    write_file_atomically(config, json.dump());
    write_file_atomically(generation, nlohmann::json{{"eos_token_id", c.generation}}.dump());
    const RunFolder again(folder_ / "again");
    import_run(folder_ / "hf", again);
    EXPECT_EQ(load_run_config(again.path()).config.decode.end_ids, c.end_ids);
    export_run(again, "", folder_ / "twice");
    for (const char* file : {"config.json", "generation_config.json"})
      EXPECT_EQ(nlohmann::json::parse(read_file(folder_ / "twice" / file))["eos_token_id"], c.written) << file;
    fs::remove_all(folder_ / "again");
    fs::remove_all(folder_ / "twice");
  }
  for (const nlohmann::json& damage : {nlohmann::json("end"), nlohmann::json(-7), nlohmann::json({1, "a"})}) {
    write_file_atomically(generation, nlohmann::json{{"eos_token_id", damage}}.dump());
    EXPECT_THAT(import_refusal<DataError>(), HasSubstr("generation_config.json: eos_token_id")) << damage;
  }
}

TEST_F(Runs, ATranslatorEndsAtItsTokenizersEnd) {
  export_run(make_run("marian"), "", folder_ / "hf");
  write_file_atomically(folder_ / "hf" / "generation_config.json", R"({"eos_token_id": [3, 4]})");
  EXPECT_THAT(import_refusal<DataError>(), HasSubstr("eos_token_id = 3, 4; prenorm needs"));
}

TEST_F(Runs, ExportRefusesWhatIsInTheWay) {
  const RunFolder run = make_run("bert");
  write_file_atomically(folder_ / "hf" / "mine", "x");
  EXPECT_THAT(refusal<UsageError>([&] { export_run(run, "", folder_ / "hf"); }),
              HasSubstr("already exists and is not an empty folder"));
  EXPECT_THAT(refusal<UsageError>([&] { export_run(run, "", run.config()); }), HasSubstr("already exists"));
  EXPECT_THAT(refusal<UsageError>([&] { export_run(RunFolder(folder_ / "none"), "", folder_ / "x"); }),
              HasSubstr("is not a run folder"));
  EXPECT_THAT(refusal<CheckpointError>([&] { export_run(run, "7", folder_ / "x"); }), HasSubstr("no checkpoint 7"));
}

TEST_F(Runs, ExportRefusesADamagedCheckpoint) {
  const RunFolder run = make_run("bert");
  std::string bytes = read_file(run.checkpoint(20) / "model.safetensors");
  bytes.back() = static_cast<char>(bytes.back() + 1);
  write_file_atomically(run.checkpoint(20) / "model.safetensors", bytes);
  EXPECT_THAT(refusal<CheckpointError>([&] { export_run(run, "", folder_ / "x"); }), HasSubstr("is damaged"));
}

TEST_F(Runs, ImportSaysWhatIsMissingOrWrongAndLeavesNothing) {
  export_run(make_run("bert"), "", folder_ / "hf");
  const fs::path hf = folder_ / "hf";
  const std::string weights = read_file(hf / "model.safetensors"), config = read_file(hf / "config.json"),
                    pieces = read_file(hf / "spiece.model");

  write_file_atomically(hf / "model.safetensors", weights.substr(0, weights.size() / 2));
  EXPECT_THAT(import_refusal<CheckpointError>(), HasSubstr("model.safetensors: not a usable safetensors file"));
  io::write_safetensors(hf / "model.safetensors", {{"bert.embeddings.word_embeddings.weight", at::ones({3, 4})}});
  EXPECT_THAT(import_refusal<CheckpointError>(),
              ::testing::AllOf(HasSubstr("bert.embeddings.word_embeddings.weight is [3, 4], expected [40, 12]"),
                               HasSubstr("bert.encoder.layer.1.output.LayerNorm.bias is missing, expected [12]")));
  write_file_atomically(hf / "model.safetensors", weights);

  write_file_atomically(hf / "config.json", "{}");
  EXPECT_THAT(import_refusal<DataError>(), HasSubstr("config.json: model_type is missing"));
  fs::remove(hf / "config.json");
  EXPECT_THAT(import_refusal<FileError>(), HasSubstr("has no config.json"));
  write_file_atomically(hf / "config.json", config);

  write_file_atomically(hf / "spiece.model", tokenizer_for(TaskKind::kCausalLm).serialized());
  EXPECT_THAT(import_refusal<DataError>(), HasSubstr("has 300 pieces, but config.json says 40"));
  write_file_atomically(hf / "spiece.model", pieces.substr(0, 100));
  EXPECT_THAT(import_refusal<DataError>(), HasSubstr("spiece.model"));
  fs::remove(hf / "spiece.model");
  EXPECT_THAT(import_refusal<FileError>(), HasSubstr("has no tokenizer"));
  write_file_atomically(hf / "spiece.model", pieces);

  EXPECT_THAT(refusal<UsageError>([&] { import_run(hf, RunFolder(folder_ / "bert")); }),
              HasSubstr("already contains a run"));
  EXPECT_NO_THROW(import_run(hf, RunFolder(folder_ / "again")));
}

TEST_F(Runs, ImportRefusesMarianIdsThatAreNotTheModels) {
  export_run(make_run("marian"), "", folder_ / "hf");
  const fs::path vocabulary = folder_ / "hf" / "vocab.json";
  auto ids = nlohmann::json::parse(read_file(vocabulary));
  std::swap(ids["<s>"], ids["<unk>"]);
  write_file_atomically(vocabulary, ids.dump());
  EXPECT_THAT(import_refusal<DataError>(),
              HasSubstr("vocab.json: its ids differ from those of the SentencePiece model"));
  write_file_atomically(folder_ / "hf" / "target.spm", "x");
  EXPECT_THAT(import_refusal<DataError>(), HasSubstr("source.spm and target.spm differ"));
}

}  // namespace
}  // namespace prenorm::huggingface
