// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocation: find the answer to a CO-RE record on the target.
#pragma once

#include <cstdint>
#include <span>

#include "base/byte_order.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "btf/btf.hpp"
#include "co_re/candidates.hpp"
#include "co_re/patch.hpp"
#include "co_re/spec.hpp"
#include "co_re/value.hpp"

namespace ringside::co_re {

// Record is a CO-RE record of .BTF.ext, without the number of its instruction.
struct Record {
  std::uint32_t type_id = 0;
  const char* access = ""; // a string of the local BTF
  std::uint32_t kind = 0;  // as in the file: any number
};

// Resolved is the answer to a record.
struct Resolved {
  Kind kind = Kind::field_exists;
  Spec local;
  bool found = false;
  Change change;
};

// Relocation resolves the records of one object. Their order matters: if only some candidates match
// a record, later records about the same local type see only those.
class Relocation {
public:
  // `order` is that of the program's machine.
  Relocation(const btf::Btf& local, const Targets& targets, ByteOrder order)
      : local_(local), candidates_(local, targets), order_(order) {}

  // expect names the local types of all records that will come, to find the candidates of all of
  // them in one pass.
  Result<void> expect(std::span<const std::uint32_t> ids) { return candidates_.expect(ids); }

  // resolve answers one record. "The target has no such thing" is an answer, and no error. Errors,
  // each with a message:
  //   EINVAL  the record makes no sense, or candidates that match give different answers
  //   E2BIG   a path on the target, or a bit field, is too long
  //   ENOMEM, and what loading the modules' BTF fails with
  Result<Resolved> resolve(const Record& record, const Subject& subject);

  // candidates is those of a local type, which has a name, that are left. Errors as for resolve.
  Result<std::span<const TypeRef>> candidates(std::uint32_t id);

private:
  struct Match {
    TypeRef candidate;
    Spec spec;
    Value value;
  };

  Result<bool> match(const Spec& local, Kind kind, TypeRef candidate, Match& match,
                     const Subject& subject) const;
  // ambiguous is the failure that candidates give different answers: those that agree are followed
  // by others, of which the first does not.
  Result<void> ambiguous(const Spec& local, Kind kind, std::span<const TypeRef> agreeing,
                         std::span<const TypeRef> others, const Subject& subject) const;
  [[nodiscard]] Text answers_of(const Spec& local, Kind kind, std::span<const TypeRef> agreeing,
                                std::span<const TypeRef> others, const Subject& subject) const;
  Result<void> find(Resolved& resolved, Match& best, const Subject& subject);

  const btf::Btf& local_;
  Candidates candidates_;
  ByteOrder order_;
};

} // namespace ringside::co_re
