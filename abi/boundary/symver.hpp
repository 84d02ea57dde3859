// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RINGSIDE_SYMVER: a version node for a compatibility symbol.
#pragma once

// RINGSIDE_SYMVER(function, "name@NODE") stands before the definition of `function`, and exports it
// under that name and node. GCC needs the attribute, which survives link-time optimisation; clang
// knows only the assembler's directive. A static link has no version nodes.
#if defined(RINGSIDE_STATIC)
#define RINGSIDE_SYMVER(function, symbol)
#elif defined(__has_attribute)
#if __has_attribute(symver)
#define RINGSIDE_SYMVER(function, symbol) __attribute__((symver(symbol)))
#endif
#endif
#ifndef RINGSIDE_SYMVER
#define RINGSIDE_SYMVER(function, symbol) __asm__(".symver " #function ", " symbol);
#endif
