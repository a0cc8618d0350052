#include "cli/watch/server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "prenorm/base/error.h"
#include "prenorm/machine/stop_signal.h"

namespace prenorm::cli {
namespace {

constexpr const char* kHost = "127.0.0.1";
constexpr std::size_t kThreads = 4;

void answer(pages::LivePage& page, const httplib::Request& request, httplib::Response& response) {
  // The page's script asks for `?part=live`, without drawings.
  const auto [version, html] = page.answer(/*drawings=*/!request.has_param("part"));
  response.set_header("ETag", version);
  if (request.get_header_value("If-None-Match") == version) {
    response.status = 304;
    return;
  }
  response.set_content(*html, "text/html; charset=utf-8");
}

httplib::Server::HandlerResponse refuse(httplib::Response& response, int status, const char* why) {
  response.status = status;
  response.set_content(why, "text/plain");
  return httplib::Server::HandlerResponse::Handled;
}

bool has_body(const httplib::Request& request) {
  return request.has_header("Transfer-Encoding") ||
         (request.has_header("Content-Length") && request.get_header_value("Content-Length") != "0");
}

// Called when only the headers of a request have been read. A browser asks for the page, whole or a range of it.
httplib::Server::HandlerResponse check_request(const httplib::Request& request, httplib::Response& response) {
  using Answer = httplib::Server::HandlerResponse;
  if (request.ranges.size() > 1) {  // without text, of which the library would send those ranges
    response.status = 416;
    return Answer::Handled;
  }
  if (request.method != "GET" && request.method != "HEAD")
    return refuse(response, 405, "only GET and HEAD are answered\n");
  if (has_body(request)) return refuse(response, 413, "a request with a body is not answered\n");
  if (request.get_header_value_count("Host") > 1) return refuse(response, 400, "the request names two hosts\n");
  if (is_loopback(request.get_header_value("Host"))) return Answer::Unhandled;
  return refuse(response, 403, "prenorm watch answers only this machine\n");
}

void set_up(httplib::Server& server, pages::LivePage& page) {
  // Not SO_REUSEPORT, the library's choice, with which two processes would share a port.
  server.set_socket_options([](auto socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_max_count(1);  // so that data after a refused request is not taken for another one
  server.set_pre_routing_handler(check_request);
  server.set_default_headers({{"Cache-Control", "no-store"},
                              {"X-Content-Type-Options", "nosniff"},
                              {"Referrer-Policy", "no-referrer"},
                              {"Cross-Origin-Resource-Policy", "same-origin"},
                              {"Content-Security-Policy", "frame-ancestors 'none'"}});
  server.Get("/", [&](const auto& request, auto& response) { answer(page, request, response); });
  server.set_exception_handler([](const auto&, auto& response, const auto&) {
    response.status = 500;
    response.set_content("the page could not be made; check the folders\n", "text/plain");
  });
}

// Answers requests in a separate thread, which ends when this is destroyed.
class Listener {
 public:
  explicit Listener(httplib::Server& server) : server_(server) {
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      ended_ = true;
    });
    while (!server_.is_running() && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  // A server that is not running yet could not be stopped, so the constructor waits until it is.
  ~Listener() {
    server_.stop();
    thread_.join();
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  bool has_ended() const { return ended_; }

 private:
  httplib::Server& server_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace

bool is_loopback(const std::string& host) {
  const bool v6 = host.starts_with('[');
  const std::string name = v6 ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  return name == "127.0.0.1" || name == "localhost" || name == "[::1]";
}

void serve(pages::LivePage& page, int port, const std::function<void(int port)>& ready) {
  httplib::Server server;
  set_up(server, page);
  const int bound = port == 0 ? server.bind_to_any_port(kHost) : server.bind_to_port(kHost, port) ? port : -1;
  if (bound <= 0)
    throw_error<UsageError>("--port {}: is in use or not allowed; name another, or 0 for any free port", port);
  const StopSignal signal;
  const Listener listener(server);
  ready(bound);
  while (StopSignal::received() == 0) {
    if (listener.has_ended()) throw_error<Error>("port {}: the system closed it; start prenorm watch again", bound);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace prenorm::cli
