// Serves a live page to browsers on this machine, to nobody else.
#pragma once

#include <functional>

#include "prenorm/pages/live_page.h"

namespace prenorm::cli {

// Until a signal to stop comes (machine/stop_signal.h). `port` 0: any that is free. Once browsers can come, `ready`
// gets the port. A request with a body, with several ranges or with two hosts is refused, and each connection is for
// one request. Errors: UsageError where the port is taken; those of `ready`.
void serve(pages::LivePage& page, int port, const std::function<void(int port)>& ready);

// Whether a request's Host names this machine itself: a page elsewhere whose name was pointed here is refused.
bool is_loopback(const std::string& host);

}  // namespace prenorm::cli
