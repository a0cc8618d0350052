// Serves a live page to browsers on this machine, to nobody else.
#pragma once

#include <functional>

#include "prenorm/pages/live_page.h"

namespace prenorm::cli {

// Until SIGINT or SIGTERM. `port` 0: any that is free. Once browsers can come, `ready` gets the port.
// Errors: UsageError where the port is taken.
void serve(pages::LivePage& page, int port, const std::function<void(int port)>& ready);

// Whether a request's Host names this machine itself: a page elsewhere whose name was pointed here is refused.
bool is_loopback(const std::string& host);

}  // namespace prenorm::cli
