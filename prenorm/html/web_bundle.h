// The script that makes a page interactive, bundled from web/. All are empty if prenorm was built without Node.js:
// pages then show their drawings.
#pragma once

#include <string_view>

namespace prenorm::html {

std::string_view script();
// Its SHA-256 in base64, for the page's policy.
std::string_view script_hash();
std::string_view script_style();
// The licence of the charting library in the script.
std::string_view script_licence();

}  // namespace prenorm::html
