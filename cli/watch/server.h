// Serves a live page to browsers on this machine only.
#pragma once

#include <functional>

#include "prenorm/pages/live_page.h"

namespace prenorm::cli {

// Serves until a stop signal comes (machine/stop_signal.h). `port` 0: any free port. `ready` is called with the port
// once browsers can connect. A request with a body, with several ranges or with two hosts is rejected, and each
// connection is for one request. Errors: UsageError if the port is taken; those of `ready`.
void serve(pages::LivePage& page, int port, const std::function<void(int port)>& ready);

// Whether a request's Host is this machine: a foreign page whose name was pointed here is rejected.
bool is_loopback(const std::string& host);

}  // namespace prenorm::cli
