#include "prenorm/batches/examples.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "prenorm/base/error.h"
#include "prenorm/files/hash.h"

namespace prenorm::batches {
namespace {

std::vector<std::int32_t> tokens_of(const data::Table& table, const data::TableRow& row, std::size_t column,
                                    const text::Tokenizer& tokenizer) {
  try {
    return tokenizer.encode(row.cells[column]);
  } catch (const DataError&) {
    throw_error<DataError>("{}:{}: the text in column {} cannot be tokenized", table.path.string(), row.line,
                           table.columns[column]);
  }
}

void append(std::vector<std::int32_t>& ids, const std::vector<std::int32_t>& text, std::int64_t length,
            std::int32_t separator) {
  ids.insert(ids.end(), text.begin(), text.begin() + length);
  ids.push_back(separator);
}

// The tokens of a row with special tokens around them.
Example sequence_of(const data::Table& table, const data::TableRow& row, const data::ExampleColumns& columns,
                    const text::Tokenizer& tokenizer, std::int64_t sequence_length) {
  const std::vector<std::int32_t> first = tokens_of(table, row, columns.text, tokenizer);
  Example example;
  example.ids.push_back(tokenizer.decoder_start_id());
  if (!columns.second_text) {
    append(example.ids, first, std::min(std::ssize(first), sequence_length - 2), tokenizer.eos_id());
    example.first_segment = std::ssize(example.ids);
    return example;
  }
  const std::vector<std::int32_t> second = tokens_of(table, row, *columns.second_text, tokenizer);
  const auto [kept, kept_second] = truncated_lengths(std::ssize(first), std::ssize(second), sequence_length - 3);
  append(example.ids, first, kept, tokenizer.eos_id());
  example.first_segment = std::ssize(example.ids);
  append(example.ids, second, kept_second, tokenizer.eos_id());
  return example;
}

double variance_of(const Examples& examples) {
  double mean = 0, square = 0;
  for (const Example& e : examples.list) mean += e.value / static_cast<double>(examples.size());
  for (const Example& e : examples.list) square += (e.value - mean) * (e.value - mean);
  return square / static_cast<double>(examples.size());
}

}  // namespace

std::pair<std::int64_t, std::int64_t> truncated_lengths(std::int64_t first, std::int64_t second, std::int64_t room) {
  const std::int64_t longer_half = (room + 1) / 2, shorter_half = room / 2;
  if (first + second <= room) return {first, second};
  if (second <= shorter_half) return {room - second, second};
  if (first <= longer_half) return {first, room - first};
  return {longer_half, shorter_half};
}

Examples make_examples(const data::Table& table, const data::ExampleFormat& format, const text::Tokenizer& tokenizer,
                       std::int64_t sequence_length, TableLabels labels) {
  const bool labelled = labels == TableLabels::kNeeded;
  const data::ExampleColumns columns = columns_of(table, format, !labelled);
  Examples examples{table.path, format.has_classes(), {}};
  for (const data::TableRow& row : table.rows) {
    Example& example = examples.list.emplace_back(sequence_of(table, row, columns, tokenizer, sequence_length));
    example.line = row.line;
    if (!labelled) continue;
    if (format.has_classes()) {
      example.label = class_of(table, row, *columns.label, format);
    } else {
      example.value = number_of(table, row, *columns.label);
    }
  }
  return examples;
}

TextBatch make_text_batch(const Examples& examples, std::span<const std::int64_t> indices, std::int64_t segments) {
  TextBatch batch;
  for (const std::int64_t i : indices) {
    const Example& example = examples.list[i];
    batch.tokens.ids.insert(batch.tokens.ids.end(), example.ids.begin(), example.ids.end());
    batch.tokens.end_sequence();
    if (segments > 0) {
      batch.segments.resize(batch.segments.size() + static_cast<std::size_t>(example.first_segment), 0);
      batch.segments.resize(batch.tokens.ids.size(), std::min<std::int64_t>(1, segments - 1));
    }
    if (examples.has_classes) {
      batch.labels.push_back(example.label);
    } else {
      batch.values.push_back(example.value);
    }
  }
  return batch;
}

text::LineSource texts_of(const data::Table& table, const data::ExampleFormat& format, std::int64_t most) {
  const data::ExampleColumns columns = columns_of(table, format, /*optional_label=*/true);
  std::vector<std::size_t> places{columns.text};
  if (columns.second_text) places.push_back(*columns.second_text);
  const std::int64_t all = std::ssize(table.rows) * std::ssize(places), taken = std::min(all, most);
  return [&table, places, all, taken, next = std::int64_t{0}](std::string& line) mutable {
    if (next == taken) return false;
    const auto [row, column] = std::lldiv(all / taken * next + all % taken * next / taken, std::ssize(places));
    line = table.rows[row].cells[places[column]];
    ++next;
    return true;
  };
}

std::string content_key(const Examples& examples) {
  std::string all;
  for (const Example& e : examples.list) {
    all.append(reinterpret_cast<const char*>(e.ids.data()), e.ids.size() * sizeof(e.ids[0]));
    all += fmt::format(" {} {} {}\n", e.first_segment, e.label, e.value);
  }
  return hash_hex(all);
}

double guessing_loss(const Examples& examples, std::int64_t classes, double label_smoothing) {
  if (!examples.has_classes) return variance_of(examples);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  for (const Example& e : examples.list) ++counts[e.label];
  double nats = 0;
  for (const std::int64_t n : counts) {
    const double p = static_cast<double>(n) / static_cast<double>(examples.size());
    const double smoothed = (1 - label_smoothing) * p + label_smoothing / static_cast<double>(classes);
    if (n > 0) nats -= p * std::log(smoothed);
  }
  return nats;
}

}  // namespace prenorm::batches
