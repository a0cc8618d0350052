#include "prenorm/pages/metrics.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/json.h"
#include "prenorm/files/input_file.h"
#include "prenorm/nn/parameter_names.h"

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

}  // namespace

std::string name_of(const Layer& layer) { return fmt::format("{} {}", enum_name(layer.stack), layer.index + 1); }

double RunMetrics::last_step() const {
  double last = 0;
  for (const auto* s : {&steps, &validation_steps})
    if (!s->empty()) last = std::max(last, s->back());
  return last;
}

void RunMetrics::add_scores(const runs::ValidationLine& line) {
  for (const auto& [name, value] : line.validation.scores) {
    if (!std::isfinite(value)) continue;
    ScoreCurve& curve = scores[name];
    curve.steps.push_back(static_cast<double>(line.step));
    curve.values.push_back(value);
  }
}

void RunMetrics::add(const runs::UpdateLine& line) {
  steps.push_back(static_cast<double>(line.step));
  losses.push_back(line.loss);
  learning_rates.push_back(line.learning_rate);
  gradient_norms.push_back(line.grad_norm);
  if (std::isfinite(line.seconds)) seconds = line.seconds;
}

void RunMetrics::add(const runs::ValidationLine& line) {
  const auto step = static_cast<double>(line.step);
  // A second line of the same update is the one with BLEU at the end.
  if (validation_steps.empty() || validation_steps.back() != step) {
    add_scores(line);
    validation_steps.push_back(step);
    validation_losses.push_back(line.validation.loss_nats_per_token);
  }
  if (const auto bleu = line.validation.bleu; bleu && std::isfinite(*bleu)) {
    bleu_steps.push_back(step);
    bleus.push_back(*bleu);
  }
}

void RunMetrics::add(const runs::ObservationLine& line) {
  Observation& observation = observations.emplace_back(Observation{static_cast<double>(line.step), {}});
  for (const auto& [name, norm] : line.grad_norms)
    if (const auto layer = nn::layer_of(name)) observation.norms[*layer] += norm * norm;
  for (auto& [layer, square] : observation.norms) square = std::sqrt(square);
  if (line.step != 1) return;
  first_gradients = {line.grad_norms.begin(), line.grad_norms.end()};
  first_sizes = {line.rms.begin(), line.rms.end()};
}

void RunMetrics::add(const runs::NoiseScaleLine& line) {
  for (const noise::PartNoise& part : line.groups) {
    auto curve = std::find_if(noise.begin(), noise.end(), [&](const NoiseCurve& c) { return c.part == part.part; });
    if (curve == noise.end()) curve = noise.insert(curve, NoiseCurve{part.part, {}, {}, {}, {}});
    curve->steps.push_back(static_cast<double>(line.step));
    curve->scales.push_back(part.scale.examples.value_or(NAN));
    curve->lows.push_back(part.scale.low > 0 ? part.scale.low : NAN);
    curve->highs.push_back(part.scale.high.value_or(NAN));
  }
  last_noise = line;
}

void RunMetrics::add(std::string_view text) {
  const std::optional<runs::MetricsLine> line = runs::parse_metrics_line(text);
  if (!line) refuse_json("the line", "an object with the type and the step of a line of a log");
  if (const auto* update = std::get_if<runs::UpdateLine>(&*line)) add(*update);
  if (const auto* validation = std::get_if<runs::ValidationLine>(&*line)) add(*validation);
  if (const auto* observation = std::get_if<runs::ObservationLine>(&*line)) add(*observation);
  if (const auto* line_of_noise = std::get_if<runs::NoiseScaleLine>(&*line)) add(*line_of_noise);
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
