// `prenorm watch`: how it ends, and what it refuses.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <thread>

#include "cli/command_line.h"
#include "cli/watch/server.h"
#include "files/temporary_folder.h"
#include "pages/made_runs.h"
#include "prenorm/base/error.h"

namespace prenorm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Watch : public testing::Test {
 protected:
  Watch() { make_run(folder_ / "a"); }
  Outcome watch(const std::function<void()>& alter) const {
    return prenorm({"watch", folder_ / "a", "--port", "0"}, {"", false, alter});
  }

  const TemporaryFolder folder_;
  pages::LivePage page_{{folder_ / "a"}, "prenorm report a"};
};

TEST_F(Watch, AReaderThatLeftEndsItQuietly) {
  const Outcome outcome = watch([] {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(99);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
  });
  EXPECT_EQ(outcome.code, 141);
  EXPECT_EQ(outcome.err, "");
}

TEST_F(Watch, OutputThatCannotBeWrittenIsAnError) {
  const Outcome full = watch([] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); });
  EXPECT_EQ(full.code, 1);
  EXPECT_EQ(full.err, "error: standard output: cannot be written: No space left on device\n");
  const Outcome closed = watch([] { ::close(STDOUT_FILENO); });
  EXPECT_EQ(closed.code, 1);
  EXPECT_EQ(closed.err, "error: standard output: cannot be written: Bad file descriptor\n");
}

TEST_F(Watch, AnExceptionOnceBrowsersCanComeEndsTheServer) {
  EXPECT_THROW(cli::serve(page_, 0, [](int) { throw DataError("stop"); }), DataError);
}

// Also one that comes before the first request, again and again.
TEST_F(Watch, EverySignalToStopEndsIt) {
  for (int i = 0; i < 20; ++i)
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) cli::serve(page_, 0, [=](int) { std::raise(signal); });
}

// A server in the background, and raw requests to it.
class WatchRequests : public Watch {
 protected:
  WatchRequests() {
    std::promise<int> ready;
    server_ = std::thread([this, &ready] { cli::serve(page_, 0, [&](int port) { ready.set_value(port); }); });
    port_ = ready.get_future().get();
  }
  ~WatchRequests() override {
    std::raise(SIGTERM);
    server_.join();
  }

  // The head of the answer and its body, as far as the server sends it before it closes the connection.
  std::string answer(const std::string& head) const {
    const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    std::string text = "no connection";
    if (::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      const std::string request = head + "\r\n\r\n";
      EXPECT_EQ(::send(connection, request.data(), request.size(), MSG_NOSIGNAL), std::ssize(request));
      text.clear();
      char block[1 << 14];
      for (ssize_t count; (count = ::recv(connection, block, sizeof block, 0)) > 0;)
        text.append(block, static_cast<std::size_t>(count));
    }
    ::close(connection);
    return text;
  }
  std::string host() const { return "\r\nHost: 127.0.0.1:" + std::to_string(port_); }

 private:
  std::thread server_;
  int port_ = 0;
};

TEST_F(WatchRequests, ThePageIsForThisMachine) {
  EXPECT_THAT(answer("GET / HTTP/1.1" + host()), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: evil.example"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer("GET / HTTP/1.1"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer("GET / HTTP/1.1" + host() + "\r\nHost: evil.example"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: evil.example" + host()), StartsWith("HTTP/1.1 400 "));
}

TEST_F(WatchRequests, OneRangeIsAnsweredAndNotSeveral) {
  const std::string one = answer("GET / HTTP/1.1\r\nRange: bytes=0-14" + host());
  EXPECT_THAT(one, StartsWith("HTTP/1.1 206 "));
  EXPECT_THAT(one, HasSubstr("\r\n\r\n<!DOCTYPE html>"));
  std::string many = "GET / HTTP/1.1" + host() + "\r\nRange: bytes=0-";
  for (int i = 0; i < 99; ++i) many += ",0-";
  const std::string refused = answer(many);
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 416 "));
  EXPECT_LT(refused.size(), 1000U);
}

// Answered before the body has come, so that none of it is kept; what comes of it is not taken for a request.
TEST_F(WatchRequests, ABodyIsRefused) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    EXPECT_THAT(answer(method + std::string(" / HTTP/1.1\r\nContent-Length: 50000000") + host()),
                StartsWith("HTTP/1.1 405 "))
        << method;
  for (const char* body : {"Content-Length: 50000000", "Transfer-Encoding: chunked"}) {
    const std::string smuggled =
        answer("GET / HTTP/1.1\r\n" + std::string(body) + host() + "\r\n\r\nGET /second HTTP/1.1" + host());
    EXPECT_THAT(smuggled, StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(smuggled.substr(1), Not(HasSubstr("HTTP/1.1 "))) << "one answer";
  }
}

}  // namespace
}  // namespace prenorm::test
