#include "cli/watch/server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "prenorm/base/error.h"
#include "prenorm/training/stop_signal.h"

namespace prenorm::cli {
namespace {

constexpr const char* kHost = "127.0.0.1";
constexpr std::size_t kThreads = 4;

void answer(pages::LivePage& page, const httplib::Request& request, httplib::Response& response) {
  // The script of the page asks for `?part=live`, without drawings.
  const auto [version, html] = page.answer(/*drawings=*/!request.has_param("part"));
  response.set_header("ETag", version);
  if (request.get_header_value("If-None-Match") == version) {
    response.status = 304;
    return;
  }
  response.set_content(*html, "text/html; charset=utf-8");
}

httplib::Server::HandlerResponse check_host(const httplib::Request& request, httplib::Response& response) {
  if (is_loopback(request.get_header_value("Host"))) return httplib::Server::HandlerResponse::Unhandled;
  response.status = 403;
  response.set_content("prenorm watch answers this machine alone\n", "text/plain");
  return httplib::Server::HandlerResponse::Handled;
}

void set_up(httplib::Server& server, pages::LivePage& page) {
  // Not SO_REUSEPORT, the library's choice, with which two processes would share a port.
  server.set_socket_options([](auto socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_timeout(1);
  server.set_pre_routing_handler(check_host);
  server.set_default_headers({{"Cache-Control", "no-store"},
                              {"X-Content-Type-Options", "nosniff"},
                              {"Referrer-Policy", "no-referrer"},
                              {"Cross-Origin-Resource-Policy", "same-origin"},
                              {"Content-Security-Policy", "frame-ancestors 'none'"}});
  server.Get("/", [&](const auto& request, auto& response) { answer(page, request, response); });
  server.set_exception_handler([](const auto&, auto& response, std::exception_ptr) {
    response.status = 500;
    response.set_content("the page could not be made; see the folders\n", "text/plain");
  });
}

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
    throw_error<UsageError>("--port {}: is in use or not allowed; name another, or 0 for any that is free", port);
  const training::StopSignal signal;
  std::thread listener([&] { server.listen_after_bind(); });
  ready(bound);
  while (training::StopSignal::received() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  server.stop();
  listener.join();
}

}  // namespace prenorm::cli
