// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Saving logs of the verifier.
#include "object/saved_log.hpp"

#include <cerrno>
#include <span>

#include "base/text.hpp"
#include "object/object.hpp"
#include "os/output_file.hpp"
#include "os/process.hpp"

namespace ringside::object {
namespace {

constexpr char kVariable[] = "RINGSIDE_VERIFIER_LOG";
constexpr unsigned kMostFiles = 1000; // of one process, object and program

const char* folder() {
  const char* const value = os::environment(kVariable);
  return value != nullptr && value[0] != '\0' ? value : nullptr;
}

// add_name adds a name that is a part of a file's: without slashes.
void add_name(Text& path, std::string_view name) {
  for (const char letter : name)
    path.add("%c", letter == '/' ? '_' : letter);
}

// path_of is FOLDER/COMM-PID-OBJECT-PROGRAM.log, and from the second on a number before the dot.
Text path_of(const char* in, const Program& program, unsigned number) {
  Text path;
  path.add("%s/", in);
  add_name(path, os::program_name());
  path.add("-%d-", os::process_id());
  add_name(path, program.object().name());
  path.add("-");
  add_name(path, program.name());
  if (number > 1)
    path.add("-%u", number);
  path.add(".log");
  path.add("%c", '\0');
  return path;
}

Result<void> save(const char* path, std::string_view log) {
  const auto fd = os::create_new(path);
  if (!fd)
    return fd.error();
  return os::write_output(fd->get(), std::as_bytes(std::span(log.data(), log.size())));
}

} // namespace

bool saves_logs() {
  return folder() != nullptr;
}

void save_log(const Program& program, std::string_view log, const Subject& subject) {
  const char* const in = folder();
  if (in == nullptr || log.empty())
    return;
  for (unsigned number = 1; number <= kMostFiles; ++number) {
    const Text path = path_of(in, program, number);
    const auto saved = path.whole() ? save(path.view().data(), log) : Result<void>(Errno(ENOMEM));
    if (!saved && saved.error() == Errno(EEXIST))
      continue;
    if (saved)
      say(LogLevel::info, subject, "the verifier's log is in %s", path.view().data());
    else
      say(LogLevel::warn, subject, "%s is '%s', but the log cannot be written there, error %d",
          kVariable, in, saved.error().value());
    return;
  }
  say(LogLevel::warn, subject, "%s is '%s', which has %u logs of this program already", kVariable,
      in, kMostFiles);
}

} // namespace ringside::object
