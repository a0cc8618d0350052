#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/doctor/blas.h"
#include "cli/doctor/check.h"
#include "cli/doctor/libtorch.h"
#include "cli/doctor/system.h"
#include "cli/output.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {
namespace {

std::vector<Check> examine() {
  updates::set_up_process({});  // so that the settings of training are measured
  return {check_libtorch(), check_kernels(),   judge(blas_in_use()),       check_threads(), check_matrix_products(),
          check_devices(),  check_tokenizer(), check_space("folder", "."), check_cache()};
}

std::string table(const std::vector<Check>& checks) {
  std::string text;
  for (const Check& check : checks) {
    text += fmt::format("{:<8} {:<10} {}\n", enum_name(check.verdict), check.name, check.finding);
    if (!check.advice.empty()) text += fmt::format("{:19} -> {}\n", "", check.advice);
  }
  return text;
}

nlohmann::json to_json(const std::vector<Check>& checks, Verdict worst) {
  nlohmann::json list = nlohmann::json::array();
  for (const Check& check : checks) {
    nlohmann::json item = {{"name", check.name},
                           {"verdict", enum_name(check.verdict)},
                           {"finding", check.finding},
                           {"advice", check.advice}};
    item.update(check.details);
    list.push_back(std::move(item));
  }
  return {{"verdict", enum_name(worst)}, {"checks", std::move(list)}};
}

int examine_and_print(bool json) {
  const std::vector<Check> checks = examine();
  const auto graver = [](const Check& a, const Check& b) { return a.verdict < b.verdict; };
  const Verdict worst = std::max_element(checks.begin(), checks.end(), graver)->verdict;
  if (json)
    print_json(json_kinds::kDoctor, to_json(checks, worst));
  else
    print(table(checks));
  return worst == Verdict::kProblem ? 1 : 0;
}

}  // namespace

void add_doctor(CLI::App& app, Run& chosen) {
  CLI::App* command =
      app.add_subcommand("doctor", "Checks this machine: libraries, speed, disk space; says what to do.");
  auto json = std::make_shared<bool>(false);
  add_json_flag(*command, *json);
  command->footer("Exit code 1 if something is a problem, else 0.");
  run_as(*command, chosen, [json] { return examine_and_print(*json); });
}

}  // namespace prenorm::cli
