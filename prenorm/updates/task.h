// What the trainer needs to know of a task: its batches, the loss of one, how it is validated, what is translated,
// classified or generated with it. Everything else (accumulation, clipping, schedule, logs, checkpoints, resuming) is
// the trainer's.
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

// What a target token is, the task says: a token of the translation, a token that is predicted, the label of an
// example.
struct BatchLoss {
  at::Tensor loss_sum;                                // scalar, differentiable, nats
  double nll_sum = 0;                                 // nats, without label smoothing
  std::int64_t target_tokens = 0, source_tokens = 0;  // the latter: tokens that are read
  double model_flops = 0;                             // useful ones, forward and backward, by formula
};

struct Sharing {
  std::int64_t tokens = 512;
  std::int64_t multiple_of = 1;

  std::int64_t shares(std::int64_t target_tokens) const {
    const std::int64_t rounds = (target_tokens + tokens * multiple_of / 2) / (tokens * multiple_of);
    return multiple_of * std::max<std::int64_t>(1, rounds);
  }
};

// A batch that has been read and cut into shares. It owns them; the task that loaded it must outlive it.
class LoadedBatch {
 public:
  using ShareLoss = std::function<BatchLoss(std::int64_t share, std::int64_t replica, const nn::Context& context)>;

  LoadedBatch(std::int64_t shares, ShareLoss loss) : shares_(shares), loss_(std::move(loss)) {}

  std::int64_t shares() const { return shares_; }
  // The loss of one share, computed by one replica of the model. Threads may compute with different replicas at once.
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
  // From a batch to the next, of the next epoch after the last.
  void advance(std::int64_t& epoch, std::int64_t& batch) {
    if (++batch < batches_in_epoch(epoch)) return;
    ++epoch;
    batch = 0;
  }

  // Models that share their weights; replica 0 is the model itself, whose parameters are parameters().
  virtual void set_replicas(std::int64_t count) = 0;
  virtual nn::Parameters& parameters(std::int64_t replica) = 0;
  // A batch in shares of about `sharing.tokens` target tokens each; their number is a multiple of
  // `sharing.multiple_of` if there are sequences enough.
  virtual LoadedBatch load(std::int64_t epoch, std::int64_t batch, const Sharing& sharing) = 0;

  // Names the examples, so that a run does not go on with others than it began with.
  virtual std::string data_key() const = 0;
  // Where the examples of a batch come from ("train.en.gz, lines 17, 25, ..."), for error messages.
  virtual std::string origin(std::int64_t epoch, std::int64_t batch) = 0;
  // Nats per target token of the best guess by token frequencies alone, end of sentence included, under the label
  // smoothing of training; 0 where it is not known. A model that has learned anything of its text does better.
  virtual double unigram_nats() { return 0; }
  // Nats per target token of a guess that takes every target for as likely as the others, the logarithm of their
  // number: what a loss past all range is told by. 0 where there is no such guess, as where numbers are learned.
  virtual double guess_nats() const { return 0; }
  virtual bool has_validation() const = 0;
  // `with_output`: also translate and score, which takes longer, where the task has_output().
  virtual runs::Validation validate(bool with_output) = 0;
  virtual bool has_output() const { return false; }
  // Writes what a run of this task needs in its folder besides weights and tokenizers.
  virtual void write_files(const runs::RunFolder&) const {}
};

}  // namespace prenorm::updates
