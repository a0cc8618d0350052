// Manual pages and their translations: .../man/manN/NAME.gz and .../man/XX/manN/NAME.gz.
#pragma once

#include <filesystem>
#include <vector>

#include "corpora/formats/man_page.h"
#include "corpora/texts/source_tag.h"

namespace prenorm::corpora {

// Pairs the text blocks of sections that have the same structure on both sides. A translation may have one more
// section, at its end (about the translators); pages with other differences in the number of sections yield nothing.
void pair_man_pages(const std::vector<ManSection>& english, const std::vector<ManSection>& other, const PairSink& sink);

// Folders that contain man1, man2, ...; a page is taken from the first folder that has it. Missing folders are skipped.
// Errors: FileError for a damaged page.
void extract_man_pages(const std::vector<std::filesystem::path>& english,
                       const std::vector<std::filesystem::path>& other, const PairSink& sink);

}  // namespace prenorm::corpora
