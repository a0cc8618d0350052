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
  std::int64_t first_segment = 0;  // number of tokens in segment 0, up to and including the first [SEP]; the rest are
                                   // segment 1
  std::int64_t label = 0;          // for classes
  double value = 0;                // for numbers
  std::int64_t line = 0;           // in the table's file
};

struct Examples {
  std::filesystem::path path;
  bool has_classes = false;
  std::vector<Example> list;

  std::int64_t size() const { return std::ssize(list); }
};

// How much of two texts to keep so that both fit into `room` tokens: the last token of the longer one is dropped, of
// the second if they are equal, until they fit (Devlin et al. 2019, run_classifier.py).
std::pair<std::int64_t, std::int64_t> truncated_lengths(std::int64_t first, std::int64_t second, std::int64_t room);

enum class TableLabels : std::uint8_t { kNeeded, kIgnored };

// The rows of a table in order, each cut to `sequence_length` tokens including special ones (the tokenizer's begin, or
// end if it has none, is used as [CLS], its end as [SEP]). Errors: those of columns_of(), class_of() and number_of();
// DataError naming the line that cannot be tokenized.
Examples make_examples(const data::Table& table, const data::ExampleFormat& format, const text::Tokenizer& tokenizer,
                       std::int64_t sequence_length, TableLabels labels = TableLabels::kNeeded);

// The chosen examples end to end; with two `segments` or more the texts of a pair are distinguished, with none the
// batch has no segments.
TextBatch make_text_batch(const Examples& examples, std::span<const std::int64_t> indices, std::int64_t segments);

// The texts of a table, at most `most` of them, sampled from all of it, for training a tokenizer. The table must
// outlive the source.
text::LineSource texts_of(const data::Table& table, const data::ExampleFormat& format, std::int64_t most);

// Differs if any token or label differs.
std::string content_key(const Examples& examples);

// Loss of the best guess that ignores the text: for classes that of their frequencies, in nats, with label smoothing;
// for numbers their variance.
double guessing_loss(const Examples& examples, std::int64_t classes, double label_smoothing);

}  // namespace prenorm::batches
