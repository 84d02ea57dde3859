// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Cases, how they ended with a library, and the comparison of two libraries. Without I/O.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::tool::conform {

enum class Kernel { real, simulated };
inline constexpr std::array kKernels{Kernel::real, Kernel::simulated};
std::string_view name_of(Kernel kernel);

// Case: a line of the table of cases, as `conform --list` prints it. An empty field is "-".
struct Case {
  std::string name;
  std::string family;     // of functions that it is about: a folder of abi/
  std::string function;   // that it is about
  std::string kernel;     // that it needs: none, real, simulated or either
  std::string since;      // libbpf releases
  std::string until;      // the first one in which it does not hold
  std::string changed_in; // the one that changed what it expects
  std::string difference; // heading in abi/differences/FAMILY.md
  std::string stock;      // how it ends over the stock library: ends, crashes, hangs, anyhow

  [[nodiscard]] bool runs_on(Kernel on) const;
  bool operator==(const Case&) const = default;
};

// Outcome of a case with a library on a kernel. Words in capitals are failures.
// tests/conformance/harness/run.h lists all words.
struct Outcome {
  std::string word = "other";
  std::string remark;
  std::vector<std::string> report; // lines that a case that went wrong has to say
  double seconds = 0;

  [[nodiscard]] bool wrong() const;
  [[nodiscard]] bool ran() const { return word != "skip" && word != "other"; }
};

// Run of all cases with a library on a kernel.
struct Run {
  std::string library; // the file that answered
  std::string soname, release;
  bool has_nodes = true; // version nodes of libbpf, in it or in the library behind it
  std::string refusal;   // why the kernel refuses, if it does
  std::string note;      // on how the library was run
  std::map<std::string, Outcome> outcomes;
  // Why the results of the cases are not the whole verdict, if they are not; and whether the
  // library is the cause.
  std::string broken;
  bool library_broke = false;
};

// Column: a library in the tables.
struct Column {
  std::string label;
  std::map<Kernel, Run> runs;
  bool recorded = false; // read from the file of recorded outcomes

  // The outcome of a case; "other" if there is none.
  [[nodiscard]] const Outcome& outcome(const Case& one, Kernel kernel) const;
  // The words of a case on both kernels: "ok", or "ok/FAIL" if they are not the same.
  [[nodiscard]] std::string words(const Case& one) const;
  // Whether it is a release of the stock library, for comparisons: its label is a number.
  [[nodiscard]] bool is_reference() const;
};

// complete marks the cases as skipped that a broken run did not reach. A run in which no case ran
// becomes a broken one: it is no verdict on the library.
void complete(Column& column, const std::vector<Case>& cases);

// Standing of a case with a library: the worst outcome on both kernels.
enum class Standing { not_for_it, skipped, passed, differs, wrong };
Standing standing(const Column& column, const Case& one);

// Count: numbers of cases of a function, or of all.
struct Count {
  unsigned cases = 0, passed = 0, differ = 0, wrong = 0, skipped = 0, not_for_it = 0;

  void add(Standing standing);
  Count& operator+=(const Count& other);
  // How many passed of those that ran: "12", "11/12", or nothing if none ran.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] unsigned ran() const { return passed + differ + wrong; }
};
Count count_all(const Column& column, const std::vector<Case>& cases);
Count count_of(const Column& column, const std::vector<Case>& cases, std::string_view function);

// Judgement of a library, all its runs together. A library conforms only if it has version nodes
// and cases ran.
enum class Judgement { conforming, not_conforming, unknown };
Judgement judgement(const Column& column, const std::vector<Case>& cases);
// Of several libraries: not_conforming if one is, else unknown if one is.
Judgement judgement(const std::vector<Column>& columns, const std::vector<Case>& cases);
std::string_view name_of(Judgement judgement);

// The functions of all cases, in the order of their first case.
std::vector<std::string> functions_of(const std::vector<Case>& cases);

// The releases that a case is about: "since 1.2", "until 1.5", "changed in 1.2"; nothing for all of
// 1.x.
std::string releases_of(const Case& one);

// "perf_buffer__new@0.0.4" of "perf_buffer__new@LIBBPF_0.0.4".
std::string short_name(std::string_view function);

// Agreement of a library with a release of the stock library, for the cases that ran with both.
struct Agreement {
  std::string reference;
  unsigned agree = 0, differ = 0;
  std::vector<std::string> wrong; // cases

  [[nodiscard]] std::size_t cases() const { return agree + differ + wrong.size(); }
};
Agreement agreement(const Column& column, const Column& reference, const std::vector<Case>& cases);

// The agreement with each release that has cases in common with a column; if libringside was
// preloaded before a release, "+1.5.0", with this release alone.
std::vector<Agreement> agreements(const Column& column, const std::vector<Column>& columns,
                                  const std::vector<Case>& cases);

// Cases with the same text: their difference, or why they were skipped.
using Groups = std::map<std::string, std::vector<std::string>>;
Groups differences_of(const Column& column, const std::vector<Case>& cases);
Groups reasons_to_skip(const Column& column, const std::vector<Case>& cases);

} // namespace ringside::tool::conform
