// Real data that experiments use if it is there: the folder that PRENORM_TEST_DATA names, else ../shared/data.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace prenorm::papers::real_data {

std::filesystem::path folder();
std::filesystem::path file(std::string_view name);  // "mnist/t10k-labels-idx1-ubyte.gz", in that folder
bool exists(std::string_view name);

// "Skipped: WHAT. There is no file FILE; set PRENORM_TEST_DATA to a folder that has NAME."
std::string skipped_note(std::string_view what, std::string_view name);

}  // namespace prenorm::papers::real_data
