#include "prenorm/tasks/classification_task.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "prenorm/machine/terminal.h"
#include "prenorm/models/text_cost.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/tasks/example_batches.h"
#include "prenorm/tasks/validation_sums.h"

namespace prenorm::tasks {
namespace {

at::Tensor value_tensor(const std::vector<double>& values, at::ScalarType type) {
  at::Tensor tensor = at::empty({std::ssize(values)}, at::kDouble);
  std::copy(values.begin(), values.end(), tensor.data_ptr<double>());
  return tensor.to(type);
}

data::Table read_and_report(const std::string& path, const DataConfig& rules) {
  data::Table table = data::read_table(path, rules);
  for (const std::string& line : data::dropped_lines(table)) inform(line);
  return table;
}

}  // namespace

ClassificationTask::ClassificationTask(const Config& config, std::int64_t vocabulary, data::ExampleFormat format,
                                       std::unique_ptr<TextBatches> batches)
    : TextTask(config,
               std::make_unique<models::Bert>(config.model, vocabulary, models::BertHeads{.outputs = format.outputs()},
                                              static_cast<std::uint64_t>(config.train.seed), model_options(config)),
               std::move(batches)),
      format_(std::move(format)),
      passes_(models::training_passes(parameters(), config.model, Stack::kEncoder)) {}

ops::CrossEntropySums ClassificationTask::loss_of(const models::Bert& bert, const at::Tensor& states,
                                                  const batches::TextBatch& batch, const nn::Context& context) const {
  if (format_.has_classes()) return bert.class_loss(states, batch, config().train.label_smoothing, context);
  const at::Tensor outputs = bert.outputs(states, batch, context).squeeze(1);
  const at::Tensor error = (outputs - value_tensor(batch.values, outputs.scalar_type())).square().sum();
  return {error, error.detach()};
}

void ClassificationTask::write_files(const runs::RunFolder& folder) const {
  data::write_format(folder.labels(), format_);
}

updates::BatchLoss ClassificationTask::loss(const batches::TextBatch& batch, const BatchSize&, std::int64_t replica,
                                            const nn::Context& context) {
  const models::Bert& bert = at(replica);
  const auto sums = loss_of(bert, bert.states(batch, context), batch, context);
  return {sums.loss_sum,
          sums.nll_sum.item<double>(),
          batch.sequences(),
          batch.tokens.tokens(),
          models::classifier_flops(config().model, batch, passes_),
          batch.sequences()};
}

runs::Validation ClassificationTask::validate(bool) {
  const at::NoGradGuard no_grad;
  ValidationSums sums;
  Answers given, right;
  for (const batches::TextBatch& batch : batches().validation()) {
    const at::Tensor states = model().states(batch, nn::Context{});
    sums.add(loss_of(model(), states, batch, nn::Context{}), batch.sequences());
    append_answers(given, model().outputs(states, batch, nn::Context{}), format_.has_classes());
    right.classes.insert(right.classes.end(), batch.labels.begin(), batch.labels.end());
    right.values.insert(right.values.end(), batch.values.begin(), batch.values.end());
  }
  runs::Validation result = sums.means();
  result.scores = scores_of(format_.scores, given, right);
  return result;
}

std::unique_ptr<ClassificationTask> classification_task(const Config& config, const text::Tokenizer& tokenizer) {
  const DataConfig& files = config.data;
  const data::Table table = read_and_report(files.train_table, files);
  const data::ExampleFormat format = data::format_of(table, files);
  batches::Examples training = batches::make_examples(table, format, tokenizer, files.sequence_length);
  batches::Examples validation;
  if (!files.valid_table.empty())
    validation =
        batches::make_examples(read_and_report(files.valid_table, files), format, tokenizer, files.sequence_length);
  return std::make_unique<ClassificationTask>(
      config, tokenizer.size(), format,
      std::make_unique<ExampleBatches>(config, format, std::move(training), validation));
}

void append_answers(Answers& answers, const at::Tensor& outputs, bool has_classes) {
  if (has_classes) {
    const at::Tensor best = outputs.argmax(1).contiguous();
    const auto* data = best.data_ptr<std::int64_t>();
    answers.classes.insert(answers.classes.end(), data, data + best.numel());
  } else {
    const at::Tensor values = outputs.reshape(-1).to(at::kDouble).contiguous();
    const auto* data = values.data_ptr<double>();
    answers.values.insert(answers.values.end(), data, data + values.numel());
  }
}

}  // namespace prenorm::tasks
