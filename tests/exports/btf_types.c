/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* What the inline functions of btf.h say of types that are laid out here (compiled as C and as
 * C++). Prints the line of the first check that fails. */
#include <bpf/btf.h>
#include <stdio.h>

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition))                                                                              \
      return __LINE__;                                                                             \
  } while (0)

#define INFO(kind, vlen, kflag) ((__u32)(kflag) << 31 | (__u32)(kind) << 24 | (vlen))

/* A type, and the words behind it. */
struct type {
  struct btf_type type;
  __u32 words[6];
};

static struct type type_of(__u32 kind, __u32 vlen, __u32 kflag) {
  struct type made;
  memset(&made, 0, sizeof(made));
  made.type.info = INFO(kind, vlen, kflag);
  return made;
}

static int check_info(void) {
  struct type plain = type_of(BTF_KIND_STRUCT, 513, 0), flagged = type_of(BTF_KIND_UNION, 65535, 1);

  CHECK(btf_kind(&plain.type) == BTF_KIND_STRUCT && btf_kind(&flagged.type) == BTF_KIND_UNION);
  CHECK(btf_vlen(&plain.type) == 513 && btf_vlen(&flagged.type) == 65535);
  CHECK(!btf_kflag(&plain.type) && btf_kflag(&flagged.type));
  return 0;
}

typedef bool (*is_fn)(const struct btf_type* t);

/* Each question of one kind, in the order of the kinds from 0. */
static const is_fn is_kind[] = {btf_is_void,    btf_is_int,        btf_is_ptr,      btf_is_array,
                                btf_is_struct,  btf_is_union,      btf_is_enum,     btf_is_fwd,
                                btf_is_typedef, btf_is_volatile,   btf_is_const,    btf_is_restrict,
                                btf_is_func,    btf_is_func_proto, btf_is_var,      btf_is_datasec,
                                btf_is_float,   btf_is_decl_tag,   btf_is_type_tag, btf_is_enum64};
#define KINDS ((__u32)(sizeof(is_kind) / sizeof(is_kind[0])))

static int check_kinds(void) {
  __u32 kind, other;

  CHECK(KINDS == BTF_KIND_ENUM64 + 1);
  for (kind = 0; kind < KINDS; kind++) {
    const struct type made = type_of(kind, 3, kind & 1);
    const struct btf_type* t = &made.type;
    for (other = 0; other < KINDS; other++)
      CHECK(is_kind[other](t) == (other == kind));
    CHECK(btf_is_composite(t) == (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION));
    CHECK(btf_is_any_enum(t) == (kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64));
    CHECK(btf_is_mod(t) == (kind == BTF_KIND_VOLATILE || kind == BTF_KIND_CONST ||
                            kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG));
    for (other = 0; other < KINDS; other++) {
      const struct type second = type_of(other, 1, 0);
      CHECK(btf_kind_core_compat(t, &second.type) ==
            (kind == other || (btf_is_any_enum(t) && btf_is_any_enum(&second.type))));
    }
  }
  return 0;
}

static int check_int(void) {
  struct type made = type_of(BTF_KIND_INT, 0, 0);

  made.words[0] = (__u32)BTF_INT_BOOL << 24 | 5U << 16 | 128U;
  CHECK(btf_int_encoding(&made.type) == BTF_INT_BOOL);
  CHECK(btf_int_offset(&made.type) == 5);
  CHECK(btf_int_bits(&made.type) == 128);
  return 0;
}

static int check_what_follows(void) {
  struct type made = type_of(BTF_KIND_ENUM64, 1, 0);
  const struct btf_type* t = &made.type;
  const void* behind = made.words;

  CHECK(btf_array(t) == behind && btf_enum(t) == behind && btf_enum64(t) == behind);
  CHECK(btf_members(t) == behind && btf_params(t) == behind && btf_var(t) == behind);
  CHECK(btf_var_secinfos(t) == behind && btf_decl_tag(t) == behind);
  made.words[1] = 0x89abcdefU;
  made.words[2] = 0x01234567U;
  CHECK(btf_enum64_value(btf_enum64(t)) >> 32 == 0x01234567U);
  CHECK((__u32)btf_enum64_value(btf_enum64(t)) == 0x89abcdefU);
  return 0;
}

static int check_members(void) {
  struct type plain = type_of(BTF_KIND_STRUCT, 2, 0), fields = type_of(BTF_KIND_STRUCT, 2, 1);

  /* The second member's offset: name, type, offset of the first, then of the second. */
  plain.words[5] = fields.words[5] = 7U << 24 | 35U;
  CHECK(btf_member_bit_offset(&plain.type, 1) == (7U << 24 | 35U));
  CHECK(btf_member_bitfield_size(&plain.type, 1) == 0);
  CHECK(btf_member_bit_offset(&fields.type, 1) == 35);
  CHECK(btf_member_bitfield_size(&fields.type, 1) == 7);
  CHECK(btf_member_bit_offset(&fields.type, 0) == 0);
  return 0;
}

int main(void) {
  static int (*const checks[])(void) = {check_info, check_kinds, check_int, check_what_follows,
                                        check_members};
  unsigned i;
  for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
    const int line = checks[i]();
    if (line != 0) {
      printf("line %d\n", line);
      return 1;
    }
  }
  return 0;
}
