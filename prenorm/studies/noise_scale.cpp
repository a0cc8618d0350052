#include "prenorm/studies/noise_scale.h"

#include "prenorm/runs/metrics_log.h"

namespace prenorm::studies {

std::optional<LoggedNoiseScale> logged_noise_scale(const std::filesystem::path& metrics, std::int64_t step) {
  std::optional<LoggedNoiseScale> last;
  runs::read_metrics(metrics, [&](const runs::MetricsLine& line) {
    const auto* read = std::get_if<runs::NoiseScaleLine>(&line);
    if (read == nullptr || read->step > step || read->groups.empty()) return;
    const noise::PartNoise& whole = read->groups.back();
    last.reset();
    if (whole.scale.examples) last = {whole.part, whole.scale, read->target_tokens_per_example};
  });
  return last;
}

}  // namespace prenorm::studies
