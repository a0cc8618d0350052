#include "prenorm/pages/metrics.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "prenorm/base/json.h"
#include "prenorm/base/json_number.h"
#include "prenorm/files/input_file.h"

namespace prenorm::pages {
namespace {

constexpr std::int64_t kPiece = 4 << 20, kLongestLine = 64 << 20;
constexpr std::size_t kRemembered = 64;

// A descriptor that its destructor closes.
class ReadOnlyFile {
 public:
  explicit ReadOnlyFile(const std::filesystem::path& path) : descriptor_(open_regular_file(path, status_)) {}
  ~ReadOnlyFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  ReadOnlyFile(const ReadOnlyFile&) = delete;
  ReadOnlyFile& operator=(const ReadOnlyFile&) = delete;

  bool is_there() const { return descriptor_ >= 0; }
  const struct stat& status() const { return status_; }
  // Fewer than `bytes` at the end of the file; empty if it cannot be read.
  std::string read(std::int64_t from, std::int64_t bytes) const {
    std::string text(static_cast<std::size_t>(bytes), '\0');
    const ssize_t got = ::pread(descriptor_, text.data(), text.size(), from);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

 private:
  struct stat status_ {};
  int descriptor_;
};

// "encoder.layers.3.feed_forward.up.bias" belongs to encoder layer 3.
std::optional<Layer> layer_of(std::string_view parameter) {
  constexpr std::string_view kLayers = "coder.layers.";
  const bool decoder = parameter.starts_with("de");
  if (!(decoder || parameter.starts_with("en")) || !parameter.substr(2).starts_with(kLayers)) return std::nullopt;
  const std::string_view rest = parameter.substr(2 + kLayers.size());
  Layer layer{decoder, 0};
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), layer.index);
  return error == std::errc() ? std::optional(layer) : std::nullopt;
}

// NaN and infinities are null in JSON.
using Norms = std::map<std::string, double>;

Norms norms_of(const nlohmann::json& line, const char* key) {
  Norms norms;
  if (const auto found = line.find(key); found != line.end() && found->is_object())
    for (const auto& [name, value] : found->items()) norms[name] = value.is_number() ? value.get<double>() : NAN;
  return norms;
}

Observation observation_of(double step, const Norms& by_parameter) {
  Observation observation{step, {}};
  for (const auto& [name, norm] : by_parameter)
    if (const auto layer = layer_of(name)) observation.norms[*layer] += norm * norm;
  for (auto& [layer, square] : observation.norms) square = std::sqrt(square);
  return observation;
}

}  // namespace

std::string name_of(const Layer& layer) {
  return fmt::format("{} {}", layer.decoder ? "decoder" : "encoder", layer.index + 1);
}

double RunMetrics::last_step() const {
  double last = 0;
  for (const auto* s : {&steps, &validation_steps})
    if (!s->empty()) last = std::max(last, s->back());
  return last;
}

void RunMetrics::add_scores(const nlohmann::json& line, double step) {
  const auto found = line.find("scores");
  if (found == line.end() || !found->is_array()) return;
  for (const auto& score : *found) {
    const double value = number_or_nan(score, "value");
    if (!std::isfinite(value)) continue;
    ScoreCurve& curve = scores[score.value("name", "score")];
    curve.steps.push_back(step);
    curve.values.push_back(value);
  }
}

void RunMetrics::add(std::string_view text) try {
  const auto line = parse_json(text);
  const auto type = line.at("type").get<std::string>();
  const double step = real_number(line.at("step"), "step", Range{0, 1e15});
  if (type == "update") {
    steps.push_back(step);
    losses.push_back(number_or_nan(line, "loss_nats_per_token"));
    learning_rates.push_back(number_or_nan(line, "learning_rate"));
    gradient_norms.push_back(number_or_nan(line, "grad_norm_l2_preclip"));
    if (const double s = number_or_nan(line, "seconds"); std::isfinite(s)) seconds = s;
  } else if (type == "validation") {
    // A second line for the same update is the one with BLEU at the end.
    if (validation_steps.empty() || validation_steps.back() != step) {
      add_scores(line, step);
      validation_steps.push_back(step);
      validation_losses.push_back(number_or_nan(line, "loss_nats_per_token"));
    }
    if (const double bleu = number_or_nan(line, "bleu"); std::isfinite(bleu)) {
      bleu_steps.push_back(step);
      bleus.push_back(bleu);
    }
  } else if (line.contains("grad_norm_l2_by_parameter")) {
    const Norms norms = norms_of(line, "grad_norm_l2_by_parameter");
    observations.push_back(observation_of(step, norms));
    if (step != 1) return;
    first_gradients = norms;
    first_sizes = norms_of(line, "rms_by_point");
  }
} catch (const nlohmann::json::exception&) {
  refuse_json("a value of the line", "what a log has there");
}

void MetricsReader::start_anew() {
  metrics_ = {};
  bad_lines_ = 0;
  read_to_ = 0;
  half_line_ = false;
  before_.clear();
}

bool MetricsReader::update() {
  const ReadOnlyFile file(path_);
  const struct stat& now = file.status();
  if (!file.is_there()) {
    const bool changed = exists_;
    start_anew();
    exists_ = false;
    size_ = -1;
    return changed;
  }
  const std::int64_t modified = now.st_mtim.tv_sec * 1'000'000'000 + now.st_mtim.tv_nsec;
  const bool same_file = exists_ && now.st_dev == device_ && now.st_ino == inode_;
  if (same_file && now.st_size == size_ && modified == modified_ns_) return false;
  const auto remembered = static_cast<std::int64_t>(before_.size());
  if (!same_file || now.st_size < read_to_ || file.read(read_to_ - remembered, remembered) != before_) start_anew();
  exists_ = true;
  device_ = now.st_dev;
  inode_ = now.st_ino;
  size_ = now.st_size;
  modified_ns_ = modified;
  while (true) {
    // A line may be longer than a piece, up to a limit beyond which it counts as incomplete.
    std::int64_t wanted = kPiece;
    std::string piece = file.read(read_to_, wanted);
    while (piece.rfind('\n') == std::string::npos && static_cast<std::int64_t>(piece.size()) == wanted &&
           wanted < kLongestLine)
      piece = file.read(read_to_, wanted *= 2);
    const std::size_t end = piece.rfind('\n');
    half_line_ = end != std::string::npos ? end + 1 < piece.size() : !piece.empty();
    if (end == std::string::npos) return true;
    take_lines(std::string_view(piece).substr(0, end + 1));
  }
}

void MetricsReader::take_lines(std::string_view text) {
  before_ = text.substr(text.size() - std::min(text.size(), kRemembered));
  read_to_ += static_cast<std::int64_t>(text.size());
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    try {
      metrics_.add(text.substr(0, end));
    } catch (const JsonError&) {
      ++bad_lines_;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace prenorm::pages
