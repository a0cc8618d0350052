#include "prenorm/tasks/answers.h"

namespace prenorm::tasks {
namespace {

double score_of(metrics::Score score, const Answers& given, const Answers& right) {
  switch (score) {
    case metrics::Score::kAccuracy: return metrics::accuracy(given.classes, right.classes);
    case metrics::Score::kF1: return metrics::f1(given.classes, right.classes);
    case metrics::Score::kMatthews: return metrics::matthews(given.classes, right.classes);
    case metrics::Score::kPearson: return metrics::pearson(given.values, right.values);
    case metrics::Score::kSpearman: return metrics::spearman(given.values, right.values);
  }
  return 0;
}

}  // namespace

std::vector<std::pair<std::string, double>> scores_of(std::span<const metrics::Score> scores, const Answers& given,
                                                      const Answers& right) {
  std::vector<std::pair<std::string, double>> result;
  for (const metrics::Score score : scores) result.emplace_back(enum_name(score), score_of(score, given, right));
  return result;
}

}  // namespace prenorm::tasks
