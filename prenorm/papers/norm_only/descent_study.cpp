#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/base/random.h"
#include "prenorm/papers/cells.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/norm_only/descent.h"

namespace prenorm::papers::norm_only {
namespace {

constexpr std::int64_t kStudentWidth = 8, kLinearSteps = 300;

std::int64_t units_of(double ratio, std::int64_t d) { return std::lround(ratio * static_cast<double>(d * d)); }

nlohmann::json train_all_ratios(std::int64_t updates, std::uint64_t key) {
  nlohmann::json json = nlohmann::json::array();
  for (const double ratio : kDescentRatios) {
    const std::int64_t m = units_of(ratio, kStudentWidth);
    const LinearDescent linear = descend_scales(kStudentWidth, m, kLinearSteps, key);
    const Student student = train_student(kStudentWidth, m, updates, key);
    json.push_back({{"loss", numbers_to_json(linear.loss)},
                    {"expected", numbers_to_json(linear.expected)},
                    {"student_start", json_number(student.start)},
                    {"student_update", numbers_to_json(student.update)},
                    {"student_loss", numbers_to_json(student.loss)},
                    {"steps", json_number(steps_to_reach(kMainWidth, units_of(ratio, kMainWidth), 1e-3, key))}});
  }
  return json;
}

}  // namespace

DescentStudy study_descent(const Setting& s, const Cells& cells) {
  std::vector<std::string> names;
  for (std::int64_t seed = 1; seed <= s.seeds; ++seed)
    for (std::int64_t draw = 1; draw <= s.students; ++draw)
      names.push_back(
          fmt::format("descent, {} steps, {} updates, seed {}, draw {}", kLinearSteps, s.student_updates, seed, draw));
  const auto per_seed = static_cast<std::size_t>(s.students);
  const auto values = cells.get_all("training of scales and shifts", names, CellThreads::kOneEach, [&](std::size_t i) {
    return train_all_ratios(s.student_updates, mix_key({name_key("descent"), i / per_seed, i % per_seed}));
  });
  DescentStudy study;
  for (std::size_t r = 0; r < std::size(kDescentRatios); ++r) {
    DescentRatio& ratio = study.ratios.emplace_back();
    for (const auto& value : values) {
      const auto& json = value.at(r);
      ratio.linear.push_back({numbers_field(json, "loss"), numbers_field(json, "expected")});
      ratio.students.push_back({number_field(json, "student_start"), numbers_field(json, "student_update"),
                                numbers_field(json, "student_loss")});
      ratio.steps.push_back(number_field(json, "steps"));
    }
  }
  return study;
}

}  // namespace prenorm::papers::norm_only
