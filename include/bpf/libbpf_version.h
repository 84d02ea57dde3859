/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* libbpf_version.h: the version of the libbpf interface that these headers describe. */
#ifndef __LIBBPF_VERSION_H
#define __LIBBPF_VERSION_H

/* A program compares these with libbpf_major_version() and libbpf_minor_version() to learn whether
 * it runs on the interface that it was compiled for. */
#define LIBBPF_MAJOR_VERSION 1
#define LIBBPF_MINOR_VERSION 8

#endif /* __LIBBPF_VERSION_H */
