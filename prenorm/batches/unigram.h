// How far the frequencies of target tokens alone go.
#pragma once

#include "prenorm/data/prepared_corpus.h"
#include "prenorm/data/prepared_text.h"

namespace prenorm::batches {

// With p(v) the share of token v among target tokens, end of sentence included, and q(v) = (1 - ε) p(v) + ε / V what
// training with label smoothing ε makes of it: -Σ p(v) ln q(v), nats per target token. At ε = 0 the entropy of p.
// Of a large corpus 100,000 pairs spread over it are counted.
double unigram_nats(const data::PreparedCorpus& corpus, double label_smoothing);
// The same of the tokens of a text, without the separators of its documents. Of a large text 10,000,000 tokens spread
// over it are counted.
double unigram_nats(const data::PreparedText& text, double label_smoothing);

}  // namespace prenorm::batches
