#include "cli/run.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/help.h"
#include "cli/output.h"
#include "cli/usage.h"
#include "prenorm/base/error.h"
#include "prenorm/base/printable.h"
#include "prenorm/base/version.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace {

// A shell reports a command that was ended by a signal as 128 + signal; SIGPIPE is 13.
constexpr int kClosedPipe = 141;

// Always one line: the message may contain a file's name, and thus anything.
void print_error(std::string_view message) {
  const std::string line =
      fmt::format("{} {}\n", colours_wanted() ? "\033[31merror:\033[0m" : "error:", printable(message));
  std::fputs(line.c_str(), stderr);  // fmt::print would throw if stderr is closed
}

void set_up(CLI::App& app, const Program& program, Run& chosen) {
  app.name(std::string(program.name));
  app.formatter(std::make_shared<HelpFormatter>(program.brief_text));
  app.set_help_flag("-h,--help", "show this help");
  app.set_version_flag("--version", fmt::format("{} {}", program.name, version()), "show the version");
  app.require_subcommand(1);
  program.add_commands(app, chosen);
}

int parse_and_run(const Program& program, int argc, const char* const* argv) {
  CLI::App app{std::string(program.description)};
  Run chosen;
  set_up(app, program, chosen);
  int code = 0;
  try {
    app.parse(argc, argv);
    code = chosen();
  } catch (const CLI::ParseError& error) {
    print(answer(app, error));
  }
  flush_output();
  return code;
}

}  // namespace

int run(const Program& program, int argc, const char* const* argv) {
  try {
    reserve_standard_streams();
    return parse_and_run(program, argc, argv);
  } catch (const OutputClosed&) {
    return kClosedPipe;
  } catch (const Error& error) {
    print_error(error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    print_error(program.explain != nullptr ? program.explain(error) : error.what());
  }
  return 1;
}

}  // namespace prenorm::cli
