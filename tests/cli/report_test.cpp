#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/command_line.h"
#include "cli/watch/server.h"
#include "files/temporary_folder.h"
#include "pages/made_runs.h"
#include "prenorm/files/file.h"

namespace prenorm::test {
namespace {

using ::testing::HasSubstr;

TEST(ReportCommand, WritesThePageAndSaysWhatItCouldNotRead) {
  const TemporaryFolder folder;
  make_run(folder / "a");
  const std::string page = folder / "page.html";
  const Outcome outcome = prenorm({"report", folder / "a", folder / "gone", "--output", page, "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("report"), page);
  EXPECT_EQ(json.at("runs"), 1);
  EXPECT_EQ(json.at("problems").size(), 1U);
  EXPECT_THAT(outcome.err, HasSubstr("gone: does not exist"));
  const std::string html = read_file(page);
  EXPECT_EQ(json.at("bytes"), html.size());
  EXPECT_THAT(html, HasSubstr("<h1>Run: a</h1>"));
  EXPECT_THAT(html, HasSubstr("gone: does not exist"));
}

TEST(ReportCommand, WithNothingToShowWritesNothing) {
  const TemporaryFolder folder;
  const Outcome outcome = prenorm({"report", folder / "gone", "--output", folder / "page.html"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("error: nothing to show; name runs, studies or probes\n"));
  EXPECT_TRUE(folder.names().empty());
}

TEST(WatchCommand, RefusesAFolderThatIsNotThere) {
  const Outcome outcome = prenorm({"watch", "no-such-folder"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("error: no-such-folder: does not exist; name a run"));
}

TEST(WatchCommand, SaysWhenItsPortIsTaken) {
  const TemporaryFolder folder;
  make_run(folder / "a");
  const int taken = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  ASSERT_EQ(::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string port = fmt::format("{}", ntohs(address.sin_port));
  const Outcome outcome = prenorm({"watch", folder / "a", "--port", port});
  ::close(taken);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            fmt::format("error: --port {}: is in use or not allowed; name another, or 0 for any free port\n", port));
}

TEST(WatchServer, KnowsTheNamesOfThisMachine) {
  for (const char* own : {"127.0.0.1", "127.0.0.1:8642", "localhost:1", "[::1]:80", "[::1]"})
    EXPECT_TRUE(cli::is_loopback(own)) << own;
  for (const char* other : {"", "evil.example", "localhost.evil.example:8642", "127.0.0.1.evil.example", "[::2]:80",
                            "evil.example:127.0.0.1"})
    EXPECT_FALSE(cli::is_loopback(other)) << other;
}

}  // namespace
}  // namespace prenorm::test
