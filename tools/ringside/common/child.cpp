// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Child and Signals: processes by fork and pipes; a child is killed by its process id.
#include "common/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

namespace ringside::tool {
namespace {

int checked(int result, const char* what) {
  if (result < 0)
    throw std::system_error(errno, std::generic_category(), what);
  return result;
}

struct Pipe {
  Descriptor reader, writer;

  Pipe() {
    std::array<int, 2> ends{};
    checked(pipe2(ends.data(), O_CLOEXEC), "pipe2");
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
  }
};

// The environment of a command, in the form "NAME=value".
std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!command.environment.contains(text.substr(0, text.find('='))))
      entries.push_back(text);
  }
  for (const auto& [name, value] : command.environment)
    entries.push_back(fmt::format("{}={}", name, value));
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings)
    pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&set, number);
  return set;
}

} // namespace

std::string to_text(const Command& command) {
  std::vector<std::string> words;
  for (const auto& [name, value] : command.environment)
    words.push_back(fmt::format("{}='{}'", name, value));
  words.insert(words.end(), command.argv.begin(), command.argv.end());
  return fmt::format("{}", fmt::join(words, " "));
}

Child::Child(const Command& command)
    : diagnostics_(checked(memfd_create("diagnostics", MFD_CLOEXEC), "memfd_create")) {
  Pipe input;
  Pipe output;
  checked(fcntl(output.reader.get(), F_SETFL, O_NONBLOCK), "fcntl");

  std::vector<std::string> arguments = command.argv;
  std::vector<std::string> environment = environment_of(command);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  const pid_t parent = getpid();

  pid_ = checked(fork(), "fork");
  if (pid_ == 0) {
    // The kernel kills it when its parent dies; but the parent may be dead already.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(127);
    setpgid(0, 0);
    dup2(input.reader.get(), STDIN_FILENO);
    dup2(output.writer.get(), STDOUT_FILENO);
    dup2(diagnostics_.get(), STDERR_FILENO);
    const sigset_t set = ending_signals();
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    execve(argv[0], argv.data(), envp.data());
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
  }
  input_ = std::move(input.writer);
  output_ = std::move(output.reader);
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    wait();
  }
}

void Child::send_line() {
  checked(static_cast<int>(write(input_.get(), "\n", 1)), "write");
}

void Child::signal(int number) {
  if (pid_ > 0)
    kill(pid_, number);
}

void Child::read_output() {
  std::array<char, 4096> bytes;
  ssize_t count = 0;
  while ((count = read(output_.get(), bytes.data(), bytes.size())) > 0)
    pending_.append(bytes.data(), static_cast<std::size_t>(count));
  end_of_output_ = count == 0;
}

std::optional<std::string> Child::next_line() {
  const std::size_t end = pending_.find('\n');
  if (end == std::string::npos)
    return std::nullopt;
  std::string line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  return line;
}

std::string Child::wait() {
  int status = 0;
  pid_t reaped = 0;
  do
    reaped = waitpid(pid_, &status, 0);
  while (reaped < 0 && errno == EINTR);
  pid_ = -1;
  if (WIFSIGNALED(status))
    return fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
  exit_status_ = WEXITSTATUS(status);
  if (WEXITSTATUS(status) != 0)
    return fmt::format("ended with exit status {}", WEXITSTATUS(status));
  return "";
}

std::string Child::diagnostics() const {
  std::string text;
  std::array<char, 4096> bytes;
  ssize_t count = 0;
  while ((count = pread(diagnostics_.get(), bytes.data(), bytes.size(),
                        static_cast<off_t>(text.size()))) > 0)
    text.append(bytes.data(), static_cast<std::size_t>(count));
  return text;
}

Signals::Signals() {
  const sigset_t set = ending_signals();
  checked(sigprocmask(SIG_BLOCK, &set, nullptr), "sigprocmask");
  // To write to a child that ended early must not end this process.
  pipe_handler_ = std::signal(SIGPIPE, SIG_IGN);
  descriptor_ = Descriptor(checked(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
}

Signals::~Signals() {
  std::signal(SIGPIPE, pipe_handler_);
  const sigset_t set = ending_signals();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

bool Signals::wait_for_output(std::initializer_list<Child*> children, Clock::time_point deadline) {
  std::vector<pollfd> set{{descriptor_.get(), POLLIN, 0}};
  for (const Child* child : children)
    if (child != nullptr && !child->ended())
      set.push_back({child->output_fd(), POLLIN, 0});

  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  const int ready = poll(set.data(), set.size(), left > 0 ? static_cast<int>(left) : 0);
  if (ready < 0 && errno != EINTR)
    checked(ready, "poll");
  signalfd_siginfo info{};
  if (read(descriptor_.get(), &info, sizeof(info)) == sizeof(info))
    throw Interrupted{static_cast<int>(info.ssi_signo)};
  return ready != 0;
}

} // namespace ringside::tool
