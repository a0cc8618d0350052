#include "prenorm/studies/noise_scale.h"

#include <nlohmann/json.hpp>
#include <string>

#include "prenorm/base/json.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::studies {

std::optional<double> logged_noise_scale(const std::filesystem::path& metrics, std::int64_t step) {
  std::optional<double> last;
  if (!is_there(metrics)) return last;
  LineReader reader(metrics);
  for (std::string line; reader.next(line);) {
    if (line.find("\"noise_scale\"") == std::string::npos) continue;
    const auto json = parse_json<nlohmann::json>(line);
    if (!json.is_object() || !json.contains("step") || !json["step"].is_number_integer() || json["step"] > step)
      continue;
    const auto found = json.find("noise_scale");
    if (found == json.end() || !found->is_object() || !found->contains("sequences")) continue;
    if (const auto& value = (*found)["sequences"]; value.is_number()) last = value.get<double>();
  }
  return last;
}

}  // namespace prenorm::studies
