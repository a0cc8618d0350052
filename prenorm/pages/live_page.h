// A page that follows its folders: written anew when something in them has changed, and only when somebody asks.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "prenorm/pages/library.h"

namespace prenorm::pages {

// Safe to ask from several threads.
class LivePage {
 public:
  // `command`: what makes the page stand alone.
  LivePage(std::vector<std::filesystem::path> paths, std::string command);

  struct Answer {
    std::string version;  // another for every content
    std::shared_ptr<const std::string> html;
  };
  // `drawings`: for a browser that runs no script. Looks at the folders at most twice a second.
  Answer answer(bool drawings);

 private:
  void look();

  std::mutex mutex_;
  Library library_;
  std::string command_, session_;
  std::int64_t version_ = 0;
  std::chrono::steady_clock::time_point looked_{};
  std::shared_ptr<const std::string> html_[2];
};

}  // namespace prenorm::pages
