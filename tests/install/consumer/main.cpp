#include <iostream>

#include "prenorm/base/version.h"
#include "prenorm/html/chart.h"
#include "prenorm/text/sentencepiece.h"

int main() {
  // Is loaded while running, from the place where it was installed.
  prenorm::text::sentencepiece();
  const prenorm::html::Chart chart{.title = "loss", .series = {{"run", {1, 2}, {3, 2}}}};
  const bool drawn = prenorm::html::svg_chart(chart).starts_with("<svg");
  std::cout << "prenorm " << prenorm::version() << ": " << (drawn ? "a chart of 2 points" : "no chart") << '\n';
}
