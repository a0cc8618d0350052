// A task with a model and its replicas, which share the model's weights but have their own gradients.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/nn/trained_parts.h"
#include "prenorm/updates/task.h"

namespace prenorm::tasks {

// How the weights of a model that is to be trained are stored.
inline nn::ParameterOptions model_options(const Config& config) {
  nn::ParameterOptions options;
  options.parts = nn::trained_parts(config);
  return options;
}

// Model must have parameters(), and replica(), which returns a unique_ptr<Model>.
template <class Model>
class ModelTask : public updates::Task {
 public:
  const Model& model() const { return *models_.front(); }

  nn::Parameters& parameters() override { return at(0).parameters(); }
  void set_replicas(std::int64_t count) override {
    while (std::ssize(models_) < count) models_.push_back(model().replica());
  }
  nn::Parameters& parameters(std::int64_t replica) override { return at(replica).parameters(); }

 protected:
  explicit ModelTask(std::unique_ptr<Model> model) { models_.push_back(std::move(model)); }

  Model& at(std::int64_t replica) { return *models_[replica]; }

 private:
  std::vector<std::unique_ptr<Model>> models_;
};

}  // namespace prenorm::tasks
