#include "prenorm/batched/evaluator.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "batched/made_graph.h"
#include "prenorm/base/error.h"
#include "test_seed.h"

namespace prenorm::batched {
namespace {

using test::kSize, test::kTokens;

template <class T>
std::vector<T> numbers(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous().view({-1});
  return {flat.data_ptr<T>(), flat.data_ptr<T>() + flat.numel()};
}

// Inputs and parameters of a batch, and what ATen makes of them.
struct Example {
  std::vector<at::Tensor> parameters;
  at::Tensor inputs;  // [problems, inputs of a problem]
  double loss = 0;
  std::vector<double> gradient, input_gradients;
};

Example example(std::int64_t problems, std::uint64_t seed) {
  at::manual_seed(prenorm::test::test_seed(seed));
  const auto draw = [](at::IntArrayRef shape) { return at::randn(shape, at::kDouble); };
  Example e{
      {draw({kSize, kSize}) * 0.5, draw({3, kSize}), draw({1, 1})}, draw({problems, kSize * kTokens + 6}), 0, {}, {}};
  for (at::Tensor& p : e.parameters) p.requires_grad_(true);
  const at::Tensor tokens =
      e.inputs.narrow(1, 0, kSize * kTokens).reshape({problems, kSize, kTokens}).detach().requires_grad_(true);
  at::Tensor sum = at::zeros({}, at::kDouble);
  for (std::int64_t p = 0; p < problems; ++p)
    sum = sum + test::reference_loss(e.parameters, tokens[p], e.inputs[p].narrow(0, kSize * kTokens, 6).view({3, 2}));
  sum.backward();
  e.loss = sum.item<double>() / static_cast<double>(problems);
  for (const at::Tensor& p : e.parameters)
    for (const double g : numbers<double>(p.grad() / static_cast<double>(problems))) e.gradient.push_back(g);
  e.input_gradients = numbers<double>(tokens.grad());
  return e;
}

template <class T>
std::vector<T> flat_parameters(const Example& e) {
  std::vector<T> flat;
  for (const at::Tensor& p : e.parameters)
    for (const double value : numbers<double>(p.detach())) flat.push_back(static_cast<T>(value));
  return flat;
}

template <class T>
void expect_near(const std::vector<T>& found, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  double scale = 0;
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(static_cast<double>(found[i]), expected[i], tolerance * scale) << "element " << i;
}

TEST(Evaluator, AgreesWithAten) {
  // One problem, fewer than a vector has lanes, and blocks with a remainder.
  for (const std::int64_t problems : {1, 3, 16, 37, 300}) {
    const Example e = example(problems, 11);
    const test::MadeGraph made = test::made_graph();
    const Evaluator<double> evaluator(made.graph);
    const std::vector<double> inputs = numbers<double>(e.inputs), parameters = flat_parameters<double>(e);
    const Batch<double> batch = batch_of<double>(inputs, made.graph.count(Region::kInputs));
    std::vector<double> gradient(parameters.size());
    EXPECT_NEAR(evaluator.loss(parameters, batch, gradient), e.loss, 1e-11 * e.loss);
    expect_near(gradient, e.gradient, 1e-11);
    expect_near(evaluator.input_gradients(parameters, batch, made.tokens), e.input_gradients, 1e-11);
  }
}

TEST(Evaluator, AgreesWithAtenInFloat) {
  const Example e = example(100, 12);
  const test::MadeGraph made = test::made_graph();
  const Evaluator<float> evaluator(made.graph);
  const std::vector<float> inputs = numbers<float>(e.inputs.to(at::kFloat)), parameters = flat_parameters<float>(e);
  std::vector<float> gradient(parameters.size());
  const Batch<float> batch = batch_of<float>(inputs, made.graph.count(Region::kInputs));
  EXPECT_NEAR(evaluator.loss(parameters, batch, gradient), e.loss, 1e-4 * e.loss);
  expect_near(gradient, e.gradient, 1e-3);
}

TEST(Evaluator, ReturnsValuesProblemAfterProblem) {
  const Example e = example(21, 13);
  const test::MadeGraph made = test::made_graph();
  const Evaluator<double> evaluator(made.graph);
  const std::vector<double> inputs = numbers<double>(e.inputs), parameters = flat_parameters<double>(e);
  const Batch<double> batch = batch_of<double>(inputs, made.graph.count(Region::kInputs));
  EXPECT_EQ(evaluator.values(parameters, batch, made.tokens), numbers<double>(e.inputs.narrow(1, 0, kSize * kTokens)));
  double loss = 0;
  const std::vector<double> outputs = evaluator.values(parameters, batch, made.output),
                            targets = numbers<double>(e.inputs.narrow(1, kSize * kTokens, 6));
  for (std::size_t i = 0; i < outputs.size(); ++i) loss += 0.5 * (outputs[i] - targets[i]) * (outputs[i] - targets[i]);
  EXPECT_NEAR(loss / 21, e.loss, 1e-12 * e.loss);
}

TEST(Evaluator, IsTheSameForAnyNumberOfThreads) {
  const Example e = example(999, 14);
  const test::MadeGraph made = test::made_graph();
  const Evaluator<float> evaluator(made.graph);
  const std::vector<float> inputs = numbers<float>(e.inputs.to(at::kFloat)), parameters = flat_parameters<float>(e);
  const Batch<float> batch = batch_of<float>(inputs, made.graph.count(Region::kInputs));
  std::vector<std::vector<float>> gradients;
  std::vector<double> losses;
  const int before = at::get_num_threads();
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    gradients.emplace_back(parameters.size());
    losses.push_back(evaluator.loss(parameters, batch, gradients.back()));
  }
  at::set_num_threads(before);
  EXPECT_EQ(gradients[0], gradients[1]);
  EXPECT_EQ(gradients[0], gradients[2]);
  EXPECT_EQ(losses[0], losses[1]);
  EXPECT_EQ(losses[0], losses[2]);
}

TEST(Evaluator, RefusesWhatDoesNotFit) {
  const test::MadeGraph made = test::made_graph();
  const Evaluator<double> evaluator(made.graph);
  const std::vector<double> parameters(static_cast<std::size_t>(made.graph.count(Region::kParameters)));
  const Batch<double> none{0, [](const ProblemBlock<double>&) {}}, one{1, none.fill};
  EXPECT_THROW(evaluator.loss(parameters, none), Error);
  EXPECT_THROW(evaluator.loss(std::vector<double>(3), one), Error);
  EXPECT_THROW(evaluator.input_gradients(parameters, one, made.target), Error);
}

}  // namespace
}  // namespace prenorm::batched
