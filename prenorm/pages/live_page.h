// A page that follows its folders: updated if something in them has changed, but only when somebody asks.
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

// Several threads may call it.
class LivePage {
 public:
  // `command`: the command that creates the stand-alone page.
  LivePage(std::vector<std::filesystem::path> paths, std::string command);

  struct Answer {
    std::string version;  // different for every content
    std::shared_ptr<const std::string> html;
  };
  // `drawings`: for a browser without scripts. Reads the folders at most twice a second.
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
