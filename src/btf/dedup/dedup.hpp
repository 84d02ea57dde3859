// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// dedup: of several types that say the same, one stays.
#pragma once

#include "base/result.hpp"
#include "btf/btf.hpp"
#include "btf/ext.hpp"

namespace ringside::btf::dedup {

// run makes one type of own types that are the same, puts full definitions in the place of
// forward declarations, drops strings that nothing uses, and numbers what stays without holes. The
// base is not changed. Ids and strings in `ext`, which may be null, are changed along. Fails with
//   EINVAL      a kind that is not known, or an id or string that is not there
//   ELOOP       types that refer to themselves without a struct, union or typedef between
//   EOPNOTSUPP  the Btf cannot be changed
//   ENOMEM
// and has then changed nothing.
Result<void> run(Btf& btf, Ext* ext);

} // namespace ringside::btf::dedup
