// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Program: a BPF program, the maps that it names, and an interpreter for the small programs that
// tests write. There is no verifier: a program that the real kernel would refuse may do anything.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <linux/bpf.h>

#include "sim/kernel/bpf/map.hpp"
#include "sim/kernel/file.hpp"

namespace ringside::sim {

// What a running program sees and can call.
struct ProgramContext {
  unsigned cpu = 0;
  std::uint64_t now_ns = 0;
  std::function<int(Map& map, std::uint32_t key, std::span<const std::byte> data)> output;
  // written is called when it has changed a ring.
  std::function<void(Map& map, bool wakes)> written;
};

struct Program {
  std::uint32_t id = 0;
  std::uint32_t type = 0;
  std::string name;
  std::vector<bpf_insn> insns;
  std::vector<std::shared_ptr<Map>> maps;

  // find_map gives the map of a descriptor, or -errno.
  using FindMap = std::function<int(int fd, std::shared_ptr<Map>& map)>;
  // load copies the instructions and puts addresses in the place of map descriptors.
  static int load(const bpf_attr& attr, std::uint32_t id, const FindMap& find_map,
                  std::shared_ptr<Program>& program);

  // run gives what the program returns in r0, or -errno for an instruction that is not simulated
  // and for a program that does not end.
  int run(const void* context, const ProgramContext& calls, std::uint64_t& returned) const;

  // describe fills in what BPF_OBJ_GET_INFO_BY_FD says; the ids of maps go where there is room.
  void describe(bpf_prog_info& info) const;

private:
  // Registers: r0 is the result, r1 to r5 are arguments, r10 is the end of the stack.
  using Registers = std::array<std::uint64_t, 11>;
  // run_from runs a function until it returns.
  int run_from(std::size_t at, Registers& r, const ProgramContext& calls) const;
  // call runs a BPF helper; false if it is not simulated.
  bool call(std::int32_t helper, Registers& r, const ProgramContext& calls) const;
  bool call_ring(std::int32_t helper, Registers& r, const ProgramContext& calls) const;
};

class ProgramFile final : public File {
public:
  explicit ProgramFile(std::shared_ptr<Program> program) : program_(std::move(program)) {}
  [[nodiscard]] const std::shared_ptr<Program>& program() const { return program_; }
  std::uint32_t ask() override { return 0; }
  [[nodiscard]] bool can_be_watched() const override { return false; }

private:
  std::shared_ptr<Program> program_;
};

// LinkFile keeps a program attached to a tracepoint, or to `target`. Nothing runs it there.
class LinkFile final : public File {
public:
  LinkFile(std::uint32_t id, std::uint32_t type, std::shared_ptr<Program> program,
           std::shared_ptr<File> target = nullptr)
      : id_(id), type_(type), program_(std::move(program)), target_(std::move(target)) {}
  [[nodiscard]] std::uint32_t id() const { return id_; }
  void describe(bpf_link_info& info) const;
  [[nodiscard]] const std::shared_ptr<Program>& program() const { return program_; }
  // replace gives 0, or -ENOLINK once it is detached.
  int replace(std::shared_ptr<Program> program) {
    if (!program_)
      return -ENOLINK;
    program_ = std::move(program);
    return 0;
  }
  void detach() {
    program_ = nullptr;
    target_ = nullptr;
  }
  std::uint32_t ask() override { return 0; }
  [[nodiscard]] bool can_be_watched() const override { return false; }

private:
  std::uint32_t id_;
  std::uint32_t type_; // enum bpf_link_type
  std::shared_ptr<Program> program_;
  std::shared_ptr<File> target_;
};

// BtfFile is type information, which the simulator does not read: a program's, or a module's, which
// has a name.
class BtfFile final : public File {
public:
  BtfFile(std::uint32_t id, std::span<const std::byte> bytes, const char* name = "")
      : id_(id), bytes_(bytes.begin(), bytes.end()), name_(name) {}
  [[nodiscard]] std::uint32_t id() const { return id_; }
  // describe also copies as much of the bytes and of the name as there is room for.
  void describe(bpf_btf_info& info) const;
  std::uint32_t ask() override { return 0; }
  [[nodiscard]] bool can_be_watched() const override { return false; }

private:
  std::uint32_t id_;
  std::vector<std::byte> bytes_;
  std::string name_;
};

} // namespace ringside::sim
