// Examples to classify as token sequences: [CLS] A [SEP], or [CLS] A [SEP] B [SEP] (Devlin et al. 2019, figure 4).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/batches/text_batch.h"
#include "prenorm/data/example_format.h"
#include "prenorm/data/table.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::batches {

struct Example {
  std::vector<std::int32_t> ids;
  std::int64_t first_segment = 0;  // tokens of segment 0: up to the first [SEP] with it; the rest are segment 1
  std::int64_t label = 0;          // of classes
  double value = 0;                // of numbers
  std::int64_t line = 0;           // of the table's file
};

struct Examples {
  std::filesystem::path path;
  bool has_classes = false;
  std::vector<Example> list;

  std::int64_t size() const { return std::ssize(list); }
};

// How much of two texts is kept so that both fit into `room` tokens: of the longer one the last token goes, of the
// second where they are equal, until they fit (Devlin et al. 2019, run_classifier.py).
std::pair<std::int64_t, std::int64_t> truncated_lengths(std::int64_t first, std::int64_t second, std::int64_t room);

enum class TableLabels : std::uint8_t { kNeeded, kIgnored };

// The rows of a table in their order, each cut to `sequence_length` tokens with its marks (the tokenizer's begin, or
// end where it has none, stands for [CLS], its end for [SEP]). Errors: those of columns_of(), class_of() and
// number_of(); DataError naming the line that cannot be tokenized.
Examples make_examples(const data::Table& table, const data::ExampleFormat& format, const text::Tokenizer& tokenizer,
                       std::int64_t sequence_length, TableLabels labels = TableLabels::kNeeded);

// Those examples end to end; the texts of a pair are told apart where there are two `segments` or more, and where there
// are none the batch has none.
TextBatch make_text_batch(const Examples& examples, std::span<const std::int64_t> indices, std::int64_t segments);

// The texts of a table one after the other, at most `most` of them, drawn from all over it: to train a tokenizer on.
// The table must outlive the source.
text::LineSource texts_of(const data::Table& table, const data::ExampleFormat& format, std::int64_t most);

// Differs where any token or label does.
std::string content_key(const Examples& examples);

// Loss of the best guess without a look at the text: of the frequencies of the classes, in nats, under label
// smoothing; of numbers their variance.
double guessing_loss(const Examples& examples, std::int64_t classes, double label_smoothing);

}  // namespace prenorm::batches
