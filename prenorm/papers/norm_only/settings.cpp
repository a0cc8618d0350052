#include "prenorm/papers/norm_only/settings.h"

namespace prenorm::papers::norm_only {

Setting setting_of(const ExperimentOptions& options) {
  Setting s;
  s.seeds = options.seeds;
  if (!options.quick) return s;
  s.widths = {4, 8, 16};
  s.skip_widths = {16};
  s.sparse_widths = {16, 24};
  s.sparse_work = 120;
  s.students = 2;
  s.student_updates = 2000;
  s.language_widths = {16, 32, 64};
  s.language_updates = 100;
  return s;
}

}  // namespace prenorm::papers::norm_only
