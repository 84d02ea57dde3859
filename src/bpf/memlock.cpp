// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Raising the limit: whether it is needed, by the kernel's version and, where that does not say, by
// trying.
#include "bpf/memlock.hpp"

#include <cerrno>
#include <iterator>

#include "base/shared_word.hpp"
#include "bpf/command.hpp"
#include "bpf/insn.hpp"
#include "bpf/version.hpp"
#include "os/process.hpp"

namespace ringside::bpf {
namespace {

// What has become of the limit in this process.
enum Room : int { kUnknown, kNotNeeded, kRaised };

int room = kUnknown;
std::uint64_t wanted = UINT64_MAX;

// A kernel that is older by its number, but charges memory cgroups, has a helper that came with it.
constexpr std::int32_t kHelperOfThatVersion = 160; // bpf_ktime_get_coarse_ns

} // namespace

Result<bool> charged_to_cgroup(std::uint32_t running) {
  if (running >= kFirstWithCgroups)
    return true;
  static constexpr bpf_insn kProgram[] = {insn::call(kHelperOfThatVersion), insn::exit()};
  ProgLoadAttr attr{.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                    .insn_cnt = std::size(kProgram),
                    .insns = kProgram,
                    .license = "GPL"};
  const auto loaded = open(BPF_PROG_LOAD, attr);
  // A lack of privileges or of locked memory, and a signal, say nothing of the helper.
  if (!loaded && (loaded.error() == Errno(EPERM) || loaded.error() == Errno(EAGAIN)))
    return loaded.error();
  return static_cast<bool>(loaded);
}

// Threads that come here at once may each find out and each raise it, to the same.
void make_room_in_memlock() {
  if (load_relaxed(room) != kUnknown)
    return;
  const auto charged = charged_to_cgroup(kernel_version());
  if (charged && *charged) {
    store_relaxed<int>(room, kNotNeeded);
    return;
  }
  // What could not be found out is asked again next time. The limit may be what refused, so it is
  // raised meanwhile.
  if (charged)
    store_relaxed<int>(room, kRaised);
  if (const std::uint64_t bytes = load_relaxed(wanted); bytes != 0)
    static_cast<void>(os::set_memlock_limit(bytes));
}

Result<void> set_memlock_wanted(std::uint64_t bytes) {
  if (load_relaxed(room) == kRaised)
    return Errno(EBUSY);
  store_relaxed(wanted, bytes);
  return {};
}

} // namespace ringside::bpf
