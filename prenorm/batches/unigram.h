// The loss given by the frequencies of target tokens alone.
#pragma once

#include "prenorm/data/prepared_corpus.h"
#include "prenorm/data/prepared_text.h"

namespace prenorm::batches {

// With p(v) the share of token v among target tokens, including end of sentence, and q(v) = (1 - ε) p(v) + ε
// V the prediction that label smoothing ε leads to: -Σ p(v) ln q(v), in nats per target token. At ε = 0 this is the
// entropy of p. In a large corpus, 100,000 pairs spread over it are counted.
double unigram_nats(const data::PreparedCorpus& corpus, double label_smoothing);
// The same for the tokens of a text, without the separators of its documents. In a large text, 10,000,000 tokens spread
// over it are counted.
double unigram_nats(const data::PreparedText& text, double label_smoothing);

}  // namespace prenorm::batches
