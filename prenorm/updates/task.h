// The trainer's interface to a task: its batches, the loss of a batch, validation, and the output (translations,
// classes, generated text). Everything else (accumulation, clipping, schedule, logs, checkpoints, resuming) belongs to
// the trainer.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/nn/context.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/runs/validation.h"

namespace prenorm::runs {
class RunFolder;
}

namespace prenorm::updates {

// The task defines what a target token is: a token of the translation, a token that is predicted, or the label of an
// example.
struct BatchLoss {
  at::Tensor loss_sum;                                // scalar, differentiable, nats
  double nll_sum = 0;                                 // nats, without label smoothing
  std::int64_t target_tokens = 0, source_tokens = 0;  // source_tokens: tokens that are read
  double model_flops = 0;                             // useful FLOPs, forward and backward, by formula
  std::int64_t examples = 0;                          // sequences, or pairs of them, with a target token
};

struct Sharing {
  std::int64_t tokens = 512;
  std::int64_t multiple_of = 1;

  std::int64_t shares(std::int64_t target_tokens) const {
    const std::int64_t rounds = (target_tokens + tokens * multiple_of / 2) / (tokens * multiple_of);
    return multiple_of * std::max<std::int64_t>(1, rounds);
  }
};

// A batch that has been read and cut into shares. It owns the shares. The task that loaded it must outlive it.
class LoadedBatch {
 public:
  using ShareLoss = std::function<BatchLoss(std::int64_t share, std::int64_t replica, const nn::Context& context)>;

  LoadedBatch(std::int64_t shares, ShareLoss loss) : shares_(shares), loss_(std::move(loss)) {}

  std::int64_t shares() const { return shares_; }
  // The loss of one share, computed by one replica of the model. Threads may call it at once with different replicas.
  BatchLoss loss(std::int64_t share, std::int64_t replica, const nn::Context& context) const {
    return loss_(share, replica, context);
  }

 private:
  std::int64_t shares_;
  ShareLoss loss_;
};

class Task {
 public:
  virtual ~Task() = default;

  virtual nn::Parameters& parameters() = 0;
  virtual std::int64_t batches_in_epoch(std::int64_t epoch) = 0;
  // Moves to the next batch; after the last one, to the first batch of the next epoch.
  void advance(std::int64_t& epoch, std::int64_t& batch) {
    if (++batch < batches_in_epoch(epoch)) return;
    ++epoch;
    batch = 0;
  }

  // The replicas share their weights. Replica 0 is the model itself, whose parameters are parameters().
  virtual void set_replicas(std::int64_t count) = 0;
  virtual nn::Parameters& parameters(std::int64_t replica) = 0;
  // Loads a batch in shares of about `sharing.tokens` target tokens each. Their number is a multiple of
  // `sharing.multiple_of` if there are enough sequences.
  virtual LoadedBatch load(std::int64_t epoch, std::int64_t batch, const Sharing& sharing) = 0;

  // Identifies the examples, so that a run cannot be resumed with others.
  virtual std::string data_key() const = 0;
  // The origin of a batch's examples ("train.en.gz, lines 17, 25, ..."), for error messages.
  virtual std::string origin(std::int64_t epoch, std::int64_t batch) = 0;
  // The loss, in nats per target token, of the best guess by token frequencies alone, end of sentence included, with
  // the label smoothing of training; 0 if unknown. A model that has learned anything about its text has a lower loss.
  virtual double unigram_nats() { return 0; }
  // The loss, in nats per target token, of a uniform guess: the logarithm of the number of possible targets. The
  // trainer compares losses with it to detect those far out of range. 0 if there is no such guess, as in regression.
  virtual double guess_nats() const { return 0; }
  virtual bool has_validation() const = 0;
  // `with_output`: if the task has_output(), also translate and score, which takes longer.
  virtual runs::Validation validate(bool with_output) = 0;
  virtual bool has_output() const { return false; }
  // Writes the files, other than weights and tokenizers, that a run of this task needs in its folder.
  virtual void write_files(const runs::RunFolder&) const {}
};

}  // namespace prenorm::updates
