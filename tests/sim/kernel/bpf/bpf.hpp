// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bpf: bpf(2), programs at work, and what tests do as BPF programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linux/bpf.h>

#include "sim/kernel/bpf/load.hpp"
#include "sim/kernel/bpf/map.hpp"
#include "sim/kernel/bpf/program.hpp"
#include "sim/kernel/bpf/registry.hpp"
#include "sim/kernel/core.hpp"
#include "sim/kernel/files/cpus.hpp"
#include "sim/kernel/perf/perf.hpp"
#include "sim/sim_control.h"

namespace ringside::sim {

class Bpf {
public:
  Bpf(Core& core, Perf& perf, Cpus& cpus);

  // --- These enter the kernel ---

  // call is bpf(2).
  long call(int command, bpf_attr* attr, std::uint32_t size);

  // What tests do: see sim_control.h.
  int create_map(std::uint32_t type, std::uint32_t max_entries, const char* name);
  int output(int map_fd, unsigned cpu, std::uint32_t key, std::span<const std::byte> data);
  int output_at(std::uint64_t at_ns, int map_fd, unsigned cpu, std::span<const std::byte> data);
  int begin_output(int map_fd, unsigned cpu);
  int finish_output(int handle, std::span<const std::byte> data);
  int slow_output_at(std::uint64_t begins_ns, std::uint64_t ends_ns, int map_fd, unsigned cpu,
                     std::span<const std::byte> data);
  int loop_at(std::uint64_t at_ns, const sim_loop& loop);
  int event_fd(int map_fd, std::uint32_t key);
  int ring_output(int map_fd, std::span<const std::byte> data, std::uint64_t flags);
  int ring_output_at(std::uint64_t at_ns, int map_fd, std::span<const std::byte> data,
                     std::uint64_t flags);
  int slow_ring_output_at(std::uint64_t begins_ns, std::uint64_t ends_ns, int map_fd,
                          std::span<const std::byte> data, std::uint64_t flags);
  int ring_reserve(int map_fd, std::uint64_t size, void** sample);
  int ring_commit(void* sample, Ringbuf::Commit how, std::uint64_t flags);
  long ring_drain(int map_fd, const Ringbuf::Take& take, std::uint64_t flags);
  int ring_drain_at(std::uint64_t at_ns, int map_fd, unsigned samples, std::uint64_t flags);
  // with_ring runs `visit` on a ring of any kind.
  int with_ring(int map_fd, const std::function<void(Ringbuf& ring)>& visit);
  int ring_wake(int map_fd);
  void set_long_bits(unsigned bits);
  void set_variables(bool on);
  // add_module gives the id of the module's types.
  std::uint32_t add_module(const char* name, std::span<const std::byte> btf);
  // unpin removes a name; false if there is none.
  bool unpin(const char* path);
  // set_load: see Load::parse.
  bool set_load(std::string_view text);

  // --- These do not ---

  [[nodiscard]] unsigned slots_in_use() const;
  void reset();

private:
  // A command, the call as which it is scripted to fail, the size of the part of bpf_attr that it
  // knows (what is behind must be 0), and what carries it out. `caller` is the caller's own attr,
  // for what comes back.
  struct Command {
    int number;
    Call call;
    std::size_t size;
    long (Bpf::*run)(const bpf_attr& attr, bpf_attr& caller);
  };
  static const Command kCommands[];

  // A program at work on a CPU, which has looked its event up.
  struct Writing {
    std::shared_ptr<PerfEvent> event;
    unsigned cpu;
  };

  long create_map(const bpf_attr& attr, bpf_attr& caller);
  long take_element(const bpf_attr& attr, bpf_attr& caller);
  long freeze(const bpf_attr& attr, bpf_attr& caller);
  long look_up_batch(const bpf_attr& attr, bpf_attr& caller);
  long take_batch(const bpf_attr& attr, bpf_attr& caller);
  long update_batch(const bpf_attr& attr, bpf_attr& caller);
  long delete_batch(const bpf_attr& attr, bpf_attr& caller);
  long pin(const bpf_attr& attr, bpf_attr& caller);
  long open_pinned(const bpf_attr& attr, bpf_attr& caller);
  long next_program_id(const bpf_attr& attr, bpf_attr& caller);
  long next_map_id(const bpf_attr& attr, bpf_attr& caller);
  long next_btf_id(const bpf_attr& attr, bpf_attr& caller);
  long next_link_id(const bpf_attr& attr, bpf_attr& caller);
  long program_by_id(const bpf_attr& attr, bpf_attr& caller);
  long map_by_id(const bpf_attr& attr, bpf_attr& caller);
  long btf_by_id(const bpf_attr& attr, bpf_attr& caller);
  long link_by_id(const bpf_attr& attr, bpf_attr& caller);
  long look_up_element(const bpf_attr& attr, bpf_attr& caller);
  long update_element(const bpf_attr& attr, bpf_attr& caller);
  long delete_element(const bpf_attr& attr, bpf_attr& caller);
  long next_key(const bpf_attr& attr, bpf_attr& caller);
  long object_info(const bpf_attr& attr, bpf_attr& caller);
  long load_program(const bpf_attr& attr, bpf_attr& caller);
  long run_program(const bpf_attr& attr, bpf_attr& caller);
  long attach_program(const bpf_attr& attr, bpf_attr& caller);
  long create_link(const bpf_attr& attr, bpf_attr& caller);
  long update_link(const bpf_attr& attr, bpf_attr& caller);
  long detach_link(const bpf_attr& attr, bpf_attr& caller);
  long load_btf(const bpf_attr& attr, bpf_attr& caller);

  // check_functions: each function of a module that a program calls is named by an open descriptor
  // of that module's types. 0, or -errno.
  [[nodiscard]] int check_functions(const bpf_attr& attr, std::span<const bpf_insn> insns) const;
  // refusal is why a program is not loaded, in the words of the verifier; empty if it is loaded.
  [[nodiscard]] std::string refusal(std::span<const bpf_insn> insns) const;

  // find_map, find_program: 0, -EBADF or -EINVAL.
  int find_map(int fd, std::shared_ptr<MapFile>& file);
  int find_map(int fd, std::shared_ptr<Map>& map);
  int find_program(int fd, std::shared_ptr<Program>& program);
  int open_map(std::shared_ptr<Map> map);
  int open_program(std::shared_ptr<Program> program);
  int open_link(std::shared_ptr<LinkFile> link);
  // read_batch is the two commands that give elements.
  long read_batch(const bpf_attr& attr, bpf_attr& caller, bool deletes);
  // find_element gives the map of a command on elements, unless its key is refused.
  int find_element(const bpf_attr& attr, std::shared_ptr<MapFile>& file);

  // bpf_perf_event_output() and its two halves: the event is looked up, then it writes.
  int output_locked(Map& map, unsigned cpu, std::uint32_t key, std::span<const std::byte> data);
  int look_up_event(Map& map, unsigned cpu, std::uint32_t key, Writing& writing) const;
  int write(const Writing& writing, std::span<const std::byte> data);
  // ring_map gives the map if it is a ring, of that kind if one is said: 0, -EBADF or -EINVAL.
  int ring_map(int fd, std::optional<Ringbuf::Kind> kind, std::shared_ptr<Map>& map);
  int ring_output_locked(Map& map, std::span<const std::byte> data, std::uint64_t flags);
  // written is called when a ring changed: it wakes who waits for it, if that is due.
  void written(Map& map, bool wakes);
  void step_load();
  // step_loop makes the call of that number of a loop, and schedules the next.
  void step_loop(const std::shared_ptr<Map>& map, const sim_loop& loop, std::uint32_t number,
                 std::uint64_t at_ns);

  Core& core_;
  Perf& perf_;
  Cpus& cpus_;
  Registry<Program> programs_;
  Registry<Map> maps_;
  Registry<BtfFile> btfs_;
  Registry<LinkFile> links_;
  // What has a name is one of these.
  struct Pin {
    std::shared_ptr<Map> map;
    std::shared_ptr<Program> program;
    std::shared_ptr<LinkFile> link;
  };
  std::map<std::string, Pin, std::less<>> pins_;
  std::map<int, Writing> writing_;
  // The program that was attached last, and what it writes by itself.
  std::weak_ptr<LinkFile> link_;
  Load load_;
  unsigned long_bits_ = 64;
  bool has_variables_ = true;
  std::vector<std::shared_ptr<BtfFile>> modules_;
};

} // namespace ringside::sim
