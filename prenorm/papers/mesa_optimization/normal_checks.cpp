#include <algorithm>
#include <cmath>

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/mesa_optimization/worst.h"

namespace prenorm::papers::mesa_optimization {
namespace {

// The mean of a_jj over the diagonal, without regard to signs, over that off the diagonal.
double dominance(const std::vector<double>& block, std::int64_t dimension) {
  const auto d = static_cast<std::size_t>(dimension);
  double on = 0, off = 0;
  for (std::size_t i = 0; i < d * d; ++i) (i % (d + 1) == 0 ? on : off) += std::abs(block[i]);
  return on / off * static_cast<double>(dimension - 1);
}

}  // namespace

void check_normal_starts(const LawRuns& law, const std::vector<std::vector<NormalRun>>& seeds,
                         std::vector<Check>& checks) {
  const std::string name = std::string(enum_name(law.law.start)) + "_normal_start_";
  FarthestFrom product(1), loss(0);
  double least_dominance = kUnbounded;
  for (std::size_t s = 0; s < seeds.size(); ++s)
    for (const NormalRun& normal : seeds[s]) {
      const Descent& diagonal = law.seeds[s].starts[kUnequalStart];
      product.take(normal.run.product() / diagonal.product());
      loss.take((law.seeds[s].test->loss(normal.run.last) - diagonal.test_loss.back()) /
                law.seeds[s].test->null_loss());
      for (const auto* block : {&normal.run.last.key_query, &normal.run.last.projection_value})
        least_dominance = std::min(least_dominance, dominance(*block, law.law.dimension));
    }
  const char* source = "Section 5, normal initialization";
  checks.push_back({name + "product",
                    source,
                    {},
                    product.value(),
                    1,
                    {0.97, 1.03},
                    "mean a_jj b_jj from normal weights over that from (0.5, 1.5), of all deviations and seeds the "
                    "farthest from 1"});
  checks.push_back({name + "loss",
                    source,
                    {},
                    loss.value(),
                    0,
                    {-0.005, 0.005},
                    "test loss less that from (0.5, 1.5), over that of the prediction 0, of all deviations and seeds "
                    "the farthest from 0"});
  checks.push_back(
      {name + "dominance",
       source,
       {},
       least_dominance,
       kUnbounded,
       {5, kUnbounded},
       "mean |entry| on the diagonal of a block over that off it, the least of both blocks, all deviations "
       "and seeds"});
}

}  // namespace prenorm::papers::mesa_optimization
