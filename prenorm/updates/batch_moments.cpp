#include "prenorm/updates/batch_moments.h"

namespace prenorm::updates {

noise::BatchMoments batch_moments(const ExampleSquares& squares, const std::vector<nn::Parameter>& trained) {
  noise::BatchMoments batch{{}, squares.examples, squares.target_tokens};
  if (squares.examples < 2) return batch;
  for (std::size_t i = 0; i < squares.parameters.size(); ++i)
    batch.parameters.push_back({trained[static_cast<std::size_t>(squares.parameters[i])].name,
                                noise::moments_of(squares.example_square(i), 1, squares.batch_square(i),
                                                  static_cast<double>(squares.examples))});
  return batch;
}

}  // namespace prenorm::updates
