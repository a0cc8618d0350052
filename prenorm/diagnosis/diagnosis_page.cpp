// A diagnosis as one page for human readers, and as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/diagnosis/diagnosis.h"
#include "prenorm/diagnosis/remedies.h"
#include "prenorm/diagnosis/run_facts.h"
#include "prenorm/nn/trained_parts.h"

namespace prenorm::diagnosis {
namespace {

constexpr std::ptrdiff_t kUpdatesShown = 12;

std::string rate_text(const Evidence& e, double rate) {
  const std::string warmup =
      e.config.schedule.warmup_steps > 0
          ? fmt::format("{} warm-up {}", e.config.schedule.warmup_steps, enum_name(e.config.schedule.unit))
          : std::string("no warm-up");
  return fmt::format("{:.4g} of a peak of {:.4g} ({}, {})", rate, e.config.optim.lr, enum_name(e.config.schedule.name),
                     warmup);
}

void add_fault(std::string& page, const Evidence& e) {
  const FaultEvidence& at = *e.fault;
  const updates::Update& u = at.fault.update;
  page += "\n## The update\n\n| | |\n|---|---|\n";
  page += fmt::format("| update | {} |\n", u.step);
  page += fmt::format("| what | {} |\n", at.fault.what);
  if (!at.fault.origin.empty())
    page += fmt::format("| batch | {} of epoch {}: {} |\n", at.fault.bad.where.batch, at.fault.bad.where.epoch,
                        at.fault.origin);
  if (at.fault.has_batch()) {
    page += fmt::format("| learning rate | {} |\n", rate_text(e, u.learning_rate));
    page += fmt::format("| loss | {:.4g} nats per target token |\n", u.loss());
    page += fmt::format(
        "| gradient norm | {:.4g}{} |\n", u.grad_norm,
        e.config.optim.clip_norm > 0 ? fmt::format(", clipped at {:g}", e.config.optim.clip_norm) : std::string());
  }
  page += fmt::format("| what followed | {} |\n", enum_name(at.action));
  if (at.fault.bad.before.empty()) return;
  page +=
      "\nStates of that batch up to that tensor, in the order of computation:\n\n| point | RMS | largest "
      "|\n|---|---|---|\n";
  for (const updates::PointSize& p : at.fault.bad.before)
    page += fmt::format("| {} | {:.3g} | {:.3g} |\n", p.point, p.rms, p.largest);
}

void add_updates(std::string& page, const Evidence& e) {
  const auto& updates = e.state.history.updates();
  if (updates.empty()) return;
  page += "\n## The last updates\n\n| update | rate | loss | gradient norm |\n|---|---|---|---|\n";
  for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(0, std::ssize(updates) - kUpdatesShown); i < std::ssize(updates);
       ++i)
    page += fmt::format("| {} | {:.3g} | {:.4f} | {:.3g} |\n", updates[i].step, updates[i].learning_rate,
                        updates[i].loss, updates[i].grad_norm);
}

void add_layers(std::string& page, const Diagnosis& d) {
  if (d.layers.empty()) return;
  page += fmt::format(
      "\n## Layers at update {}\n\n‖g‖ before clipping; ‖Δw‖/‖w‖ is the largest of a layer's {}.{}\n\n"
      "| layer | ‖g‖ | ‖w‖ | ‖Δw‖/‖w‖ |\n|---|---|---|---|\n",
      d.from.state.history.last_measured()->step, trains_matrices(d.from) ? "matrices" : "tensors that train",
      nn::trained_parts(d.from.config).all ? "" : " Frozen tensors have neither a gradient nor an update.");
  for (const LayerRow& row : d.layers)
    page += fmt::format("| {} | {:.3g} | {:.3g} | {:.2g} |\n", row.layer, row.gradient, row.weight, row.update_ratio);
}

nlohmann::ordered_json fault_json(const FaultEvidence& at) {
  const updates::Update& u = at.fault.update;
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const updates::PointSize& p : at.fault.bad.before)
    points.push_back({{"point", p.point}, {"rms", json_number(p.rms)}, {"largest", json_number(p.largest)}});
  nlohmann::ordered_json json{{"update", u.step},
                              {"kind", enum_name(at.fault.kind)},
                              {"what", at.fault.what},
                              {"tensor", at.fault.bad.name},
                              {"action", enum_name(at.action)}};
  if (at.fault.has_batch())
    json.update({{"epoch", at.fault.bad.where.epoch},
                 {"batch", at.fault.bad.where.batch},
                 {"origin", at.fault.origin},
                 {"learning_rate", u.learning_rate},
                 {"loss_nats_per_token", json_number(u.loss())},
                 {"grad_norm_l2_preclip", json_number(u.grad_norm)}});
  json.update({{"first_after_start", at.first_after_start},
               {"control",
                {{"epoch", at.control.epoch},
                 {"batch", at.control.batch},
                 {"loss_nats_per_token", json_number(at.control.loss)},
                 {"expected_nats_per_token", json_number(at.control.expected)}}},
               {"states", points}});
  return json;
}

}  // namespace

std::string to_page(const Diagnosis& d) {
  std::string page = fmt::format("# Diagnosis\n\n{}\n", d.seen);
  if (d.cause != Cause::kNone) {
    page += fmt::format("\n**Cause: {}.** `{}`, confidence {}.\n\n", cause_text(d.cause), enum_name(d.cause),
                        enum_name(d.confidence));
    for (const std::string& e : d.evidence) page += fmt::format("- {}\n", e);
    if (!d.theory.empty()) page += fmt::format("\n{}\n", d.theory);
    page += "\n## What to change\n\nMost promising first:\n\n";
    int place = 0;
    for (const Remedy& r : d.remedies)
      page += r.line.empty() ? fmt::format("{}. {}\n", ++place, r.why)
                             : fmt::format("{}. `{}`: {}\n", ++place, r.line, r.why);
  }
  if (d.from.fault) add_fault(page, d.from);
  add_updates(page, d.from);
  add_layers(page, d);
  return page;
}

nlohmann::ordered_json to_json(const Diagnosis& d) {
  nlohmann::ordered_json json{{"symptom", enum_name(d.symptom)},
                              {"seen", d.seen},
                              {"cause", enum_name(d.cause)},
                              {"because", d.cause == Cause::kNone ? "" : cause_text(d.cause)},
                              {"confidence", enum_name(d.confidence)},
                              {"evidence", d.evidence},
                              {"theory", d.theory},
                              {"remedies", nlohmann::ordered_json::array()}};
  for (const Remedy& r : d.remedies) json["remedies"].push_back({{"config", r.line}, {"why", r.why}});
  if (d.from.fault) json["fault"] = fault_json(*d.from.fault);
  json["unigram_nats_per_token"] = d.from.state.unigram_nats;
  json["layers"] = nlohmann::ordered_json::array();
  for (const LayerRow& row : d.layers)
    json["layers"].push_back({{"layer", row.layer},
                              {"grad_norm_l2", json_number(row.gradient)},
                              {"weight_norm_l2", json_number(row.weight)},
                              {"update_ratio", json_number(row.update_ratio)}});
  json["history"] = nlohmann::json(d.from.state.history);
  return json;
}

}  // namespace prenorm::diagnosis
