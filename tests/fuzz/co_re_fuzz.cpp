// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CO-RE records of any program for any kernel: each is resolved or refused, an instruction is
// changed or poisoned, and the second answer is the first.
#include <cstring>
#include <string>
#include <vector>

#include <linux/bpf.h>

#include "base/failure.hpp"
#include "btf/btf.hpp"
#include "check.hpp"
#include "co_re/relocate.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using btf::Btf;

void relocate(const Btf& local, const Btf& target, const co_re::Record& record,
              std::span<const bpf_insn> program) {
  const Subject subject("record");
  const co_re::Targets targets{.main = {.name = "target", .btf = &target}};
  co_re::Relocation relocation(local, targets, kNativeOrder);
  const auto resolved = relocation.resolve(record, subject);
  const auto again = relocation.resolve(record, subject);
  require(static_cast<bool>(resolved) == static_cast<bool>(again),
          "a record is refused twice or never");
  if (!resolved)
    return;
  require(resolved->found == again->found && resolved->change.number == again->change.number &&
              resolved->change.poison == again->change.poison,
          "a record has one answer");
  std::vector<bpf_insn> changed(program.begin(), program.end());
  if (!changed.empty())
    (void)co_re::patch(changed, 0, resolved->change, subject);
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside;
  using namespace ringside::test;
  const Messages messages;
  Input input(bytes, size);
  const auto kind = input.take<std::uint8_t>();
  const auto id = input.take<std::uint8_t>();
  const auto access_size = input.take<std::uint8_t>();
  const auto text = input.take_bytes(access_size);
  const std::string access(text.begin(), text.end());
  bpf_insn program[2] = {};
  const auto instructions = input.take_bytes(sizeof(program));
  if (!instructions.empty())
    std::memcpy(program, instructions.data(), instructions.size());
  const auto local_size = input.take<std::uint16_t>();
  const auto local_bytes = std::as_bytes(input.take_bytes(local_size));
  sim_reset(1);
  const auto local = ringside::btf::Btf::read(local_bytes, nullptr, "local");
  if (!local)
    return 0;
  const auto target = ringside::btf::Btf::read(std::as_bytes(input.take_rest()), nullptr, "target");
  if (target)
    relocate(**local, **target, {.type_id = id, .access = access.c_str(), .kind = kind}, program);
  return 0;
}
