#include "prenorm/diagnosis/run_facts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "prenorm/base/statistics.h"
#include "prenorm/nn/parameter_names.h"

namespace prenorm::diagnosis {
namespace {

bool is_embedding(const std::string& name) { return name.find("embedding") != std::string::npos; }

// The median of the ratios of what shows_updates(); 0 if there is nothing.
double median_ratio(const Evidence& e, const std::vector<runs::TensorUpdate>& tensors) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(tensors.size(), e.parameters.size()); ++i)
    if (shows_updates(e, i)) ratios.push_back(tensors[i].ratio);
  return ratios.empty() ? 0 : lower_median(std::move(ratios));
}

// The tensors of an observation in the order of the model.
std::vector<runs::TensorUpdate> in_order(const Evidence& e, const LoggedObservation& seen) {
  std::vector<runs::TensorUpdate> tensors;
  for (const ParameterName& p : e.parameters) {
    const auto found = seen.tensors.find(p.name);
    tensors.push_back(found != seen.tensors.end() ? found->second : runs::TensorUpdate{});
  }
  return tensors;
}

void find_ratios(const Evidence& e, RunFacts& facts) {
  std::map<std::int64_t, double> ratios;  // by update
  for (const LoggedObservation& o : e.observations) ratios[o.step] = median_ratio(e, in_order(e, o));
  for (const runs::UpdateRecord& u : e.state.history.updates())
    if (!u.tensors.empty()) ratios[u.step] = median_ratio(e, u.tensors);
  std::int64_t before = 0;
  for (const auto& [step, ratio] : ratios) {
    // Between two measured updates, their mean.
    const double mean = before > 0 ? (facts.ratio + ratio) / 2 : ratio;
    facts.movement += mean * static_cast<double>(step - before);
    before = step;
    facts.ratio = ratio;
    if (ratio <= facts.largest_ratio) continue;
    facts.largest_ratio = ratio;
    facts.largest_ratio_step = step;
  }
}

void find_growth(const Evidence& e, RunFacts& facts) {
  const runs::UpdateRecord* last = e.state.history.last_measured();
  if (last == nullptr || e.observations.empty()) return;
  const std::vector<runs::TensorUpdate> first = in_order(e, e.observations.front());
  std::vector<double> growth;
  for (std::size_t i = 0; i < std::min(last->tensors.size(), first.size()); ++i) {
    if (!shows_updates(e, i) || first[i].weight == 0) continue;
    const double factor = last->tensors[i].weight / first[i].weight;
    if (is_embedding(e.parameters[i].name))
      facts.embedding_growth = std::max(facts.embedding_growth, factor);
    else
      growth.push_back(factor);
  }
  if (!growth.empty()) facts.weight_growth = lower_median(std::move(growth));
}

// Uses the first observation; a fault of the first update, which comes before it, has recorded the states too.
void find_embedding_size(const Evidence& e, RunFacts& facts) {
  const auto see = [&](const std::string& point, double rms) {
    if (point.ends_with("_positions"))
      facts.embedding_size = std::max(facts.embedding_size, rms / expected_embedding_rms(e.config.model));
  };
  if (!e.observations.empty()) {
    for (const auto& [point, rms] : e.observations.front().rms) see(point, rms);
  } else if (e.fault && e.fault->first_after_start) {
    for (const updates::PointSize& p : e.fault->fault.bad.before) see(p.point, p.rms);
  }
}

// Ten times the values on both sides: the losses of batches of one text differ by far less, and a gradient norm that
// varies that much in healthy training returns over several updates, not in one.
template <class Value>
void find_outlier(const std::deque<runs::UpdateRecord>& updates, Value runs::UpdateRecord::*member, const char* of,
                  RunFacts& facts) {
  constexpr std::ptrdiff_t kSide = 8;
  constexpr double kTimes = 10;
  for (std::ptrdiff_t i = kSide; i + kSide < std::ssize(updates); ++i) {
    std::vector<double> before, after;
    for (std::ptrdiff_t k = 1; k <= kSide; ++k) {
      before.push_back(updates[i - k].*member);
      after.push_back(updates[i + k].*member);
    }
    const double usual = std::max(lower_median(before), lower_median(after)), value = updates[i].*member;
    if (value > kTimes * usual && (!facts.outlier || value / usual > facts.outlier->value / facts.outlier->usual))
      facts.outlier = Outlier{updates[i].step, value, usual, of};
  }
}

// Number of log lines that are averaged, since batches differ.
constexpr std::ptrdiff_t kLines = 6;

template <class Value>
double mean(const std::vector<runs::UpdateLine>& log, std::ptrdiff_t begin, std::ptrdiff_t end,
            Value runs::UpdateLine::*of) {
  double sum = 0;
  for (std::ptrdiff_t i = begin; i < end; ++i) sum += log[static_cast<std::size_t>(i)].*of;
  return sum / static_cast<double>(end - begin);
}

}  // namespace

bool trains_matrices(const Evidence& e) {
  return std::any_of(e.parameters.begin(), e.parameters.end(), [](const ParameterName& p) { return p.is_matrix; });
}

bool shows_updates(const Evidence& e, std::size_t parameter) {
  return e.parameters[parameter].is_matrix || !trains_matrices(e);
}

double expected_embedding_rms(const ModelConfig& model) {
  // √d N(0, 1/d) has variance 1; sinusoids have mean square 1/2, learned positions 1/d; dropout scales the rest up.
  const double positions = model.positions == Positions::kSinusoidal ? 0.5 : 1 / static_cast<double>(model.d_model);
  return std::sqrt((1 + positions) / (1 - model.dropout));
}

RunFacts facts_of(const Evidence& e) {
  RunFacts facts;
  const auto& updates = e.state.history.updates();
  facts.steps = e.state.step;
  if (!e.log.empty()) facts.steps = std::max(facts.steps, e.log.back().step);
  facts.unigram = e.state.unigram_nats;
  facts.first_loss = e.log.empty() ? e.state.first_loss : e.log.front().loss;
  facts.judged = e.state.rate_sum >= kUpdatesToJudge;
  // The log may be ahead of the newest checkpoint.
  const std::ptrdiff_t lines = std::ssize(e.log), width = std::min<std::ptrdiff_t>(lines, kLines);
  for (std::ptrdiff_t end = width; end <= lines && width > 0; ++end) {
    facts.recent_loss = mean(e.log, end - width, end, &runs::UpdateLine::loss);
    facts.recent_nll = mean(e.log, end - width, end, &runs::UpdateLine::nll);
    if (facts.best_nll == 0 || facts.recent_nll < facts.best_nll) facts.best_nll = facts.recent_nll;
  }
  if (!updates.empty()) {
    facts.usual_loss = e.state.history.usual_loss();
    facts.usual_grad_norm = e.state.history.usual_grad_norm();
    find_outlier(updates, &runs::UpdateRecord::loss, "loss", facts);
    find_outlier(updates, &runs::UpdateRecord::grad_norm, "gradient norm", facts);
  }
  find_ratios(e, facts);
  find_growth(e, facts);
  find_embedding_size(e, facts);
  return facts;
}

std::vector<LayerRow> layer_rows(const Evidence& e) {
  std::vector<LayerRow> rows;
  const runs::UpdateRecord* last = e.state.history.last_measured();
  if (last == nullptr) return rows;
  for (std::size_t i = 0; i < std::min(last->tensors.size(), e.parameters.size()); ++i) {
    const std::string layer = nn::layer_name(e.parameters[i].name);
    if (rows.empty() || rows.back().layer != layer) rows.push_back({layer});
    LayerRow& row = rows.back();
    row.gradient = std::hypot(row.gradient, last->tensors[i].gradient);
    row.weight = std::hypot(row.weight, last->tensors[i].weight);
    if (shows_updates(e, i)) row.update_ratio = std::max(row.update_ratio, last->tensors[i].ratio);
  }
  return rows;
}

}  // namespace prenorm::diagnosis
