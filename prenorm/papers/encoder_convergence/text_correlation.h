// The concentration condition on real text: different samples are weakly correlated. The paper checks it on reviews of
// films (IMDB) as P(|<X_n^T X_n, X_m^T X_m>| >= t) <= exp(-t^c) for a constant c > 0; its embeddings are not known
// here. A sample is the first 20 words of a document, each with a random normal vector of its own: two samples are
// correlated as far as they share words.
#pragma once

#include <string>
#include <vector>

#include "prenorm/papers/cells.h"

namespace prenorm::papers::encoder_convergence {

inline constexpr std::string_view kTextFile = "lm/reviews_speeches.train.txt.gz";  // under real_data::file()

// The first 20 words of the first `count` documents that have as many; an empty line ends a document.
using Document = std::vector<std::string>;
std::vector<Document> read_documents(const std::vector<std::string>& lines, std::size_t count);

struct TextCorrelation {
  // <X_n^T X_n, X_m^T X_m> over the norms of both, of all pairs n < m in ascending order.
  std::vector<double> pairs;

  // -ln P(correlation >= t times the mean), by t, for `count` values of t between those of P = 0.1 and P = 10 pairs.
  struct Tail {
    std::vector<double> t, minus_log_probability;
  };
  Tail tail(std::size_t count) const;
  // The greatest c with P <= exp(-t^c) on that tail.
  double exponent() const;
};
TextCorrelation correlation_of(const std::vector<Document>& documents);

}  // namespace prenorm::papers::encoder_convergence
