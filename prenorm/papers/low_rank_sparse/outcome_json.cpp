#include "prenorm/base/json_number.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/low_rank_sparse/outcome.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

// The members of an outcome, declared once for writing and for reading.
template <class Visit>
void for_each_member(MatrixOutcome& m, const Visit& visit) {
  visit("update", m.update);
  visit("first_gradient", m.first_gradient);
  visit("responses", m.responses);
  visit("response_to_sum", m.response_to_sum);
  visit("cosines", m.cosines);
}

template <class Visit>
void for_each_member(Outcome& o, const Visit& visit) {
  visit("loss", o.loss);
  visit("hinge", o.whole.hinge);
  visit("error", o.whole.error);
  visit("margin", o.margin);
  visit("truncated_hinge", o.truncated_hinge);
  visit("row_norms", o.row_norms);
  visit("hinge_without_small_rows", o.hinge_without_small_rows);
  visit("attention_before", o.attention_before);
  visit("attention_after", o.attention_after);
  visit("pruned_share", o.pruning.share);
  visit("small_first", o.pruning.small_first);
  visit("random", o.pruning.random);
  visit("large_first", o.pruning.large_first);
  visit("large_first_error", o.pruning.large_first_error);
}

struct MemberWriter {
  nlohmann::ordered_json& json;
  void operator()(const char* name, const std::vector<double>& values) const { json[name] = numbers_to_json(values); }
  void operator()(const char* name, double value) const { json[name] = json_number(value); }
};

struct MemberReader {
  const nlohmann::json& json;
  void operator()(const char* name, std::vector<double>& values) const { values = numbers_field(json, name); }
  void operator()(const char* name, double& value) const { value = number_field(json, name); }
};

}  // namespace

nlohmann::ordered_json to_json(const Outcome& outcome) {
  Outcome o = outcome;
  nlohmann::ordered_json json;
  for_each_member(o, MemberWriter{json});
  for (std::size_t i = 0; i < o.matrices.size(); ++i)
    for_each_member(o.matrices.at(i), MemberWriter{json[kMatrixNames.at(i)]});
  return json;
}

Outcome outcome_from_json(const nlohmann::json& json) {
  Outcome o;
  for_each_member(o, MemberReader{json});
  for (std::size_t i = 0; i < o.matrices.size(); ++i)
    for_each_member(o.matrices.at(i), MemberReader{JsonReader(json).at(kMatrixNames.at(i))});
  return o;
}

}  // namespace prenorm::papers::low_rank_sparse
