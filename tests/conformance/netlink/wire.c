/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* wire: this program's own send(2) and recvmsg(2), which stand before the C library's. A libbpf
 * calls them. */
#define _GNU_SOURCE
#include "netlink/wire.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "harness/conform.h"

enum { most_answers = 8, most_bytes = 1024, attr_header = sizeof(struct nlattr) };

static size_t aligned(size_t size) {
  return (size + NLA_ALIGNTO - 1) / NLA_ALIGNTO * NLA_ALIGNTO;
}

struct datagram {
  char bytes[most_bytes] __attribute__((aligned(NLMSG_ALIGNTO)));
  size_t size;
  uint32_t sequence, port, sender;
};

static struct {
  bool cut;
  struct datagram script[most_answers];
  unsigned answers, answered;
  uint32_t sequence, port; /* of the last request */
  char text[8192], taken[8192];
  size_t length;
} wire;

__attribute__((format(printf, 1, 2))) static void add(const char* format, ...) {
  va_list args;

  va_start(args, format);
  wire.length +=
      (size_t)vsnprintf(wire.text + wire.length, sizeof(wire.text) - wire.length, format, args);
  va_end(args);
  if (wire.length >= sizeof(wire.text))
    abort();
}

static void add_flags(unsigned flags) {
  static const struct {
    unsigned flag;
    const char* name;
  } names[] = {{NLM_F_ACK, "ack"},   {NLM_F_ECHO, "echo"},     {NLM_F_REPLACE, "replace"},
               {NLM_F_EXCL, "excl"}, {NLM_F_CREATE, "create"}, {NLM_F_REQUEST, NULL}};

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (flags & names[i].flag) {
      if (names[i].name)
        add(" %s", names[i].name);
      flags &= ~names[i].flag;
    }
  if (flags != 0)
    add(" %#x", flags);
}

/* A value of 4 bytes is a number, another one a text. */
static void add_attributes(const char* bytes, size_t size, const char* before) {
  while (size >= attr_header) {
    struct nlattr header;
    const char* value = bytes + attr_header;
    size_t length, whole;

    memcpy(&header, bytes, sizeof(header));
    if (header.nla_len < attr_header || header.nla_len > size)
      break;
    length = header.nla_len - (size_t)attr_header;
    add("%s%u", before, header.nla_type & NLA_TYPE_MASK);
    before = " ";
    if (header.nla_type & NLA_F_NESTED) {
      add("{");
      add_attributes(value, length, "");
      add("}");
    } else if (length == 4 && !(value[0] > ' ' && value[3] == '\0')) {
      int number;

      memcpy(&number, value, sizeof(number));
      add("=%d", number);
    } else {
      add("='%.*s'%s", (int)strnlen(value, length), value,
          length > 0 && value[length - 1] == '\0' ? "" : "...");
    }
    whole = aligned(header.nla_len);
    bytes += whole < size ? whole : size;
    size -= whole < size ? whole : size;
  }
  if (size != 0)
    add(" and %zu bytes", size);
}

static size_t head_of(unsigned type) {
  switch (type) {
  case RTM_GETLINK:
  case RTM_SETLINK:
    return sizeof(struct ifinfomsg);
  case RTM_NEWQDISC:
  case RTM_DELQDISC:
  case RTM_NEWTFILTER:
  case RTM_DELTFILTER:
  case RTM_GETTFILTER:
    return sizeof(struct tcmsg);
  default:
    return sizeof(struct genlmsghdr);
  }
}

static void write_down(const char* bytes, size_t size) {
  struct nlmsghdr header;
  size_t head;

  memcpy(&header, bytes, sizeof(header));
  head = head_of(header.nlmsg_type);
  if (header.nlmsg_len != size || size < sizeof(header) + head)
    abort();
  wire.sequence = header.nlmsg_seq;
  if (wire.length != 0)
    add("; ");
  add("%u", header.nlmsg_type);
  add_flags(header.nlmsg_flags);
  for (size_t at = 0; at < head; at += 4) {
    uint32_t word;

    memcpy(&word, bytes + sizeof(header) + at, sizeof(word));
    if (word != 0)
      add(word < 4096 ? " [%zu]=%u" : " [%zu]=%#x", at, word);
  }
  add_attributes(bytes + sizeof(header) + head, size - sizeof(header) - head, " ");
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  static ssize_t (*next)(int, const void*, size_t, int);

  if (wire.cut) {
    struct sockaddr_nl name = {0};
    socklen_t length = sizeof(name);

    if (getsockname(fd, (struct sockaddr*)&name, &length) != 0)
      abort();
    wire.port = name.nl_pid;
    write_down(bytes, size);
    return (ssize_t)size;
  }
  if (!next)
    *(void**)&next = dlsym(RTLD_NEXT, "send");
  return next(fd, bytes, size, flags);
}

/* receive gives the next answer, or shows it with MSG_PEEK. Like the kernel it gives its size with
 * MSG_TRUNC, whatever fits. */
static ssize_t receive(struct msghdr* message, int flags) {
  struct datagram* answer = &wire.script[wire.answered];
  struct nlmsghdr* header = (struct nlmsghdr*)answer->bytes;
  struct sockaddr_nl from = {.nl_family = AF_NETLINK, .nl_pid = answer->sender};
  size_t fits = 0;

  if (wire.answered == wire.answers) {
    errno = ECONNRESET;
    return -1;
  }
  header->nlmsg_seq = wire.sequence + answer->sequence;
  header->nlmsg_pid = wire.port + answer->port;
  for (size_t i = 0; i < message->msg_iovlen && fits < answer->size; i++) {
    const struct iovec* into = &message->msg_iov[i];
    size_t part = answer->size - fits < into->iov_len ? answer->size - fits : into->iov_len;

    if (part != 0)
      memcpy(into->iov_base, answer->bytes + fits, part);
    fits += part;
  }
  message->msg_flags = fits < answer->size ? MSG_TRUNC : 0;
  if (message->msg_name && message->msg_namelen >= sizeof(from))
    memcpy(message->msg_name, &from, sizeof(from));
  message->msg_namelen = sizeof(from);
  if (!(flags & MSG_PEEK))
    wire.answered++;
  return (ssize_t)(flags & MSG_TRUNC ? answer->size : fits);
}

ssize_t recvmsg(int fd, struct msghdr* message, int flags) {
  static ssize_t (*next)(int, struct msghdr*, int);

  if (wire.cut)
    return receive(message, flags);
  if (!next)
    *(void**)&next = dlsym(RTLD_NEXT, "recvmsg");
  return next(fd, message, flags);
}

void wire_cut(void) {
  wire.cut = true;
}

void wire_answer(uint16_t type, uint16_t flags, const void* body, size_t size) {
  struct datagram* answer = &wire.script[wire.answers++];
  struct nlmsghdr header = {
      .nlmsg_len = (uint32_t)(sizeof(header) + size), .nlmsg_type = type, .nlmsg_flags = flags};

  if (wire.answers > most_answers || sizeof(header) + size > sizeof(answer->bytes))
    abort();
  memcpy(answer->bytes, &header, sizeof(header));
  if (size != 0)
    memcpy(answer->bytes + sizeof(header), body, size);
  answer->size = sizeof(header) + size;
}

void wire_ack(int error, const char* text) {
  char body[256] = {0};
  size_t size = sizeof(struct nlmsgerr);

  memcpy(body, &error, sizeof(error));
  if (text)
    size = wire_append(body, size, NLMSGERR_ATTR_MSG, text, strlen(text) + 1);
  wire_answer(NLMSG_ERROR, text ? NLM_F_CAPPED | NLM_F_ACK_TLVS : NLM_F_CAPPED, body, size);
}

void wire_spoils(uint32_t sequence, uint32_t port, uint32_t sender) {
  struct datagram* answer = &wire.script[wire.answers - 1];

  answer->sequence = sequence;
  answer->port = port;
  answer->sender = sender;
}

void wire_grows(uint32_t length) {
  ((struct nlmsghdr*)wire.script[wire.answers - 1].bytes)->nlmsg_len += length;
}

size_t wire_append(void* body, size_t size, uint16_t type, const void* value, size_t length) {
  const struct nlattr header = {.nla_len = (uint16_t)(attr_header + length), .nla_type = type};

  memcpy((char*)body + size, &header, sizeof(header));
  if (length != 0)
    memcpy((char*)body + size + attr_header, value, length);
  return size + attr_header + aligned(length);
}

const char* wire_taken(void) {
  memcpy(wire.taken, wire.text, sizeof(wire.text));
  wire.text[0] = '\0';
  wire.length = 0;
  return wire.taken;
}
