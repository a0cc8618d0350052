#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/diagnosis/replay.h"
#include "prenorm/nn/parameter_names.h"

namespace prenorm::diagnosis {

std::string to_page(const Replay& r) {
  const updates::Update& u = r.update;
  std::string page = fmt::format(
      "# Update {}\n\nFrom the checkpoint of update {}. Loss {:.6g} nats per target token, gradient norm {:.6g}, "
      "learning "
      "rate {:.4g}; {}.\n\n",
      u.step, r.from, u.loss(), u.grad_norm, u.learning_rate,
      r.fault ? r.fault->what + ": it was not applied" : "made");
  for (const ObservedBatch& b : r.batches)
    if (b.worker == 0) page += fmt::format("- batch {} of epoch {}: {}\n", b.batch.batch, b.batch.epoch, b.origin);
  page += "\n| state | RMS | largest | not finite |\n|---|---|---|---|\n";
  for (const PointStatistics& p : r.points())
    page +=
        fmt::format("| {} | {:.4g} | {:.4g} | {:.3g} % |\n", p.point, p.rms(), p.largest, 100 * p.share_not_finite());
  if (r.tensors.empty()) return page;
  page += "\n| parameter | ‖g‖ | ‖w‖ | ‖Δw‖/‖w‖ |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < r.tensors.size(); ++i)
    page += fmt::format("| {} | {:.4g} | {:.4g} | {:.2g} |\n", r.parameters[i].name, r.tensors[i].gradient,
                        r.tensors[i].weight, r.tensors[i].ratio);
  return page;
}

nlohmann::ordered_json to_json(const Replay& r) {
  const updates::Update& u = r.update;
  nlohmann::ordered_json json{{"step", u.step},
                              {"from_checkpoint", r.from},
                              {"loss_nats_per_token", json_number(u.loss())},
                              {"grad_norm_l2_preclip", json_number(u.grad_norm)},
                              {"learning_rate", u.learning_rate},
                              {"target_tokens", u.target_tokens},
                              {"made", !r.fault.has_value()}};
  if (r.fault) json["fault"] = {{"kind", enum_name(r.fault->kind)}, {"what", r.fault->what}};
  json["batches"] = nlohmann::ordered_json::array();
  for (const ObservedBatch& b : r.batches) {
    nlohmann::ordered_json points = nlohmann::ordered_json::array();
    for (const PointStatistics& p : b.points)
      points.push_back(
          {{"point", p.point}, {"rms", p.rms()}, {"largest", p.largest}, {"share_not_finite", p.share_not_finite()}});
    json["batches"].push_back({{"epoch", b.batch.epoch},
                               {"batch", b.batch.batch},
                               {"origin", b.origin},
                               {"worker", b.worker},
                               {"points", points}});
  }
  json["parameters"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < r.tensors.size(); ++i)
    json["parameters"].push_back({{"name", r.parameters[i].name},
                                  {"layer", nn::layer_name(r.parameters[i].name)},
                                  {"grad_norm_l2", json_number(r.tensors[i].gradient)},
                                  {"weight_norm_l2", json_number(r.tensors[i].weight)},
                                  {"update_ratio", json_number(r.tensors[i].ratio)}});
  return json;
}

}  // namespace prenorm::diagnosis
