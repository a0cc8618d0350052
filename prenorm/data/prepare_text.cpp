#include "prenorm/data/prepare_text.h"

#include <fmt/format.h>

#include <limits>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/data/block_encoder.h"
#include "prenorm/data/file_hashes.h"
#include "prenorm/data/prepared_folder.h"
#include "prenorm/files/hash.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::data {
namespace fs = std::filesystem;
namespace {

struct EncodedPiece {
  std::vector<std::int32_t> ids;
  std::int64_t line = 0;
  bool begins_document = false;
};

// Writes the files that PreparedText opens.
class TextWriter {
 public:
  TextWriter(const fs::path& folder, const TextRecipe& recipe)
      : folder_(folder), stream_(folder, "text", recipe.tokenizer.size()), lines_(folder / "lines") {
    manifest_.vocab = recipe.tokenizer.size();
    manifest_.separator = recipe.shape == TextShape::kStream ? -1 : recipe.tokenizer.eos_id();
    manifest_.path = recipe.path.string();
  }

  void add(const EncodedPiece& piece) {
    if (piece.ids.empty()) {
      end_pending_ = end_pending_ || piece.begins_document;
      return;
    }
    if (manifest_.documents == 0 || piece.begins_document || end_pending_) begin_document(piece.line);
    stream_.append(piece.ids);
  }

  void finish(const TextCounts& counts) {
    if (manifest_.documents > 0) end_document();
    manifest_.counts = counts;
    manifest_.tokens = stream_.tokens();
    stream_.finish(manifest_.files);
    manifest_.files["lines"] = lines_.finish();
    write_text_manifest(folder_, manifest_);
  }

  std::int64_t documents() const { return manifest_.documents; }

 private:
  void begin_document(std::int64_t line) {
    if (line > std::numeric_limits<std::uint32_t>::max())
      throw_error<DataError>("{}:{}: a text can have at most 2^32 - 1 lines; split it", manifest_.path, line);
    if (manifest_.documents++ > 0) end_document();
    const auto narrow_line = static_cast<std::uint32_t>(line);
    lines_.write<std::uint32_t>({&narrow_line, 1});
    end_pending_ = false;
  }
  void end_document() {
    const auto separator = static_cast<std::int32_t>(manifest_.separator);
    if (separator >= 0) stream_.append({&separator, 1});
    stream_.end_sequence();
  }

  fs::path folder_;
  TextManifest manifest_;
  SequenceWriter stream_;
  BlockFileWriter lines_;
  bool end_pending_ = false;  // the piece that began a document had no tokens
};

// A key of everything that the prepared files depend on.
std::string content_key(const TextRecipe& recipe, const FileStamp& stamp) {
  const bool stream = recipe.shape == TextShape::kStream;
  return hash_hex(fmt::format("text {} {} {} {} {}", kPreparedFormat,
                              remembered_hash(recipe.prepared_dir / "text-hashes.json", recipe.path, stamp),
                              hash_hex(recipe.tokenizer.serialized()),
                              stream ? "stream" : enum_name(recipe.rules.documents),
                              enum_name(recipe.rules.invalid_utf8)));
}

void require_documents(const TextRecipe& recipe, std::int64_t documents) {
  if (documents == 0) throw_error<DataError>("{}: contains no text", recipe.path.string());
  if (documents == 1 && recipe.shape == TextShape::kDocuments && recipe.rules.documents == Documents::kBlankLines)
    throw_error<DataError>(
        "{}: no empty line separates documents; put one between documents, or set data.documents to \"lines\" or "
        "\"one\"",
        recipe.path.string());
}

void write_text(const TextRecipe& recipe, const FileStamp& stamp, const fs::path& folder) {
  TextPieces text(recipe.path, recipe.shape, recipe.rules);
  TextWriter writer(folder, recipe);
  {
    Progress progress("preparing text", 0);
    const auto encode = [&recipe](const TextPiece& piece) {
      return EncodedPiece{recipe.shape == TextShape::kStream ? recipe.tokenizer.encode_text(piece.text)
                                                             : recipe.tokenizer.encode(piece.text),
                          piece.line, piece.begins_document};
    };
    BlockEncoder<TextPiece, EncodedPiece> encoder(encode, recipe.threads);
    while (encoder.read(text)) {
      for (const EncodedPiece& piece : encoder.encoded()) writer.add(piece);
      progress.update(text.counts().lines);
    }
  }
  require_documents(recipe, writer.documents());
  if (stamp_of(recipe.path) != stamp) throw_error<DataError>("{} changed while it was read", recipe.path.string());
  writer.finish(text.counts());
}

void report(const TextManifest& manifest) {
  if (manifest.separator >= 0)
    inform(fmt::format("{}: {} documents, {} tokens", manifest.path, format_count(manifest.documents),
                       format_count(manifest.tokens)));
  else
    inform(fmt::format("{}: {} bytes, {} tokens", manifest.path, format_count(manifest.counts.bytes),
                       format_count(manifest.tokens)));
  const DroppedPairs& dropped = manifest.counts.invalid_utf8;
  if (dropped.count > 0)
    inform(fmt::format("{} lines dropped: not UTF-8 (first: {})", format_count(dropped.count), dropped.first));
}

}  // namespace

PreparedText prepare_text(const TextRecipe& recipe) {
  const FileStamp stamp = stamp_of(recipe.path);
  const auto name = [&] { return prepared_name(recipe.path, content_key(recipe, stamp)); };
  bool written = false;
  const auto write = [&](const fs::path& folder) {
    write_text(recipe, stamp, folder);
    written = true;
  };
  auto text = open_or_write<PreparedText>(recipe.prepared_dir, name, write);
  if (written) report(text.manifest());
  return text;
}

}  // namespace prenorm::data
