#include "prenorm/papers/no_shortcuts/recursion.h"

#include <cmath>
#include <vector>

#include "prenorm/probe/signal_recursion.h"

namespace prenorm::papers::no_shortcuts {
namespace {

probe::SublayerSpec without_shortcut(const NetworkSetting& s, Sublayer kind) {
  probe::SublayerSpec spec;
  spec.kind = kind;
  spec.skip = 0;
  spec.norm_after = s.normalized;
  spec.norm = NormKind::kRmsNorm;
  return spec;
}

probe::SublayerSpec attention_spec(const NetworkSetting& s) {
  probe::AttentionSpec attention;
  attention.score_gain = s.query_key == QueryKey::kZero ? 0 : s.score_gain;
  const std::vector<double> lengths = {static_cast<double>(s.tokens)};
  attention.keys = probe::keys_of(lengths, s.causal);
  if (s.method == Method::kValueSkip) attention.fixed = probe::AttentionOverlap{1, 0};  // a token attends to itself
  probe::SublayerSpec spec = without_shortcut(s, Sublayer::kSelfAttention);
  spec.f = attention;
  return spec;
}

probe::SublayerSpec feed_forward_spec(const NetworkSetting& s) {
  const double slope = s.slope();
  probe::FeedForwardSpec feed_forward;
  feed_forward.activation = {Activation::kRelu, slope, std::sqrt(2 / (1 + slope * slope))};
  probe::SublayerSpec spec = without_shortcut(s, Sublayer::kFeedForward);
  spec.f = feed_forward;
  return spec;
}

}  // namespace

std::vector<double> recursion_cosines(const NetworkSetting& s) {
  std::vector<probe::SublayerSpec> layer;
  if (s.sublayers != Sublayers::kFeedForward) layer.push_back(attention_spec(s));
  if (s.sublayers != Sublayers::kAttention) layer.push_back(feed_forward_spec(s));
  probe::SignalState state;  // norm 1, no overlap
  std::vector<double> cosines = {state.cosine()};
  for (std::int64_t l = 0; l < s.layers; ++l) {
    state = probe::run(layer, state).back().output;
    cosines.push_back(state.cosine());
  }
  return cosines;
}

}  // namespace prenorm::papers::no_shortcuts
