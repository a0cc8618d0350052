#include "prenorm/pages/live_page.h"

#include <fmt/format.h>

#include "prenorm/files/hash.h"
#include "prenorm/pages/library_page.h"

namespace prenorm::pages {

LivePage::LivePage(std::vector<std::filesystem::path> paths, std::string command)
    : library_(std::move(paths), /*live=*/true), command_(std::move(command)) {
  // A browser that kept a page of an earlier process must not mistake it for ours.
  session_ = hash_hex(fmt::format("{}", std::chrono::system_clock::now().time_since_epoch().count())).substr(0, 8);
  look();
}

void LivePage::look() {
  const bool changed = library_.update();
  looked_ = std::chrono::steady_clock::now();
  if (!changed && version_ > 0) return;
  ++version_;
  for (auto& html : html_) html.reset();
}

LivePage::Answer LivePage::answer(bool drawings) {
  const std::lock_guard lock(mutex_);
  if (std::chrono::steady_clock::now() - looked_ > std::chrono::milliseconds(500)) look();
  const std::string version = fmt::format("{}-{}", session_, version_);
  auto& html = html_[drawings ? 1 : 0];
  if (!html)
    html = std::make_shared<const std::string>(
        html_page(library_page(library_, command_), {.live_version = version, .drawings = drawings}));
  return {version, html};
}

}  // namespace prenorm::pages
