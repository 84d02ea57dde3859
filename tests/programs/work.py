# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What programs of Debian's packages are asked to do, on the stock library and on ours: commands
for each, one after the other, after which all is as it was before."""

import re
import struct
import subprocess

import sandbox

FAMILIES = ("bpf_", "btf_", "libbpf_", "perf_buffer__", "ring_buffer__", "ring__", "user_ring_")

# What of an output is the kernel's or the moment's to say.
CHANGING = (
    (re.compile(r"\bid [0-9]+"), "id N"),
    (re.compile(r"\btag [0-9a-f]{16}"), "tag T"),
    (re.compile(r"(skb|native) +[0-9]+ +"), r"\1 N "),
    (re.compile(r"/cgroup/ringside-\w+"), "CGROUP"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"hit counter.*"), ""),
    # Devices that come up send packets of their own accord.
    (re.compile(r"(XDP_\w+) +[0-9]+ pkts +[0-9]+ KiB"), r"\1 N pkts"),
    (re.compile(r"[0-9.:]+ (pkt|xmit|err)[^ ]*/s"), ""),
    (re.compile(r"0x[0-9a-f]{12}\b"), "ADDRESS"),
)

# Open vSwitch's database server, with a database that was made from a schema; and its end.
_SERVER = [["ovsdb-server", "--detach", "--no-chdir", "--pidfile={folder}/server.pid",
            "--log-file={folder}/server.log", "--remote=punix:{folder}/db",
            "--unixctl={folder}/server", "{folder}/tool.db"]]
_END = [["ovs-appctl", "-t", "{folder}/server", "exit"]]


def _database(*commands, schema="vswitch"):
    """Commands that have a database server."""
    return [["ovsdb-tool", "create", "{folder}/tool.db",
             f"/usr/share/openvswitch/{schema}.ovsschema"], *_SERVER, *commands, *_END]


def _configure(*words):
    """A command of ovs-vsctl, which waits for the switch if there is one."""
    return ["ovs-vsctl", "--timeout=60", "--db=unix:{folder}/db", *words]


def _switch(name):
    """A switch in user space with a device that it reads through an XDP program."""
    return _database(
        _configure("--no-wait", "init"),
        [name, "--detach", "--no-chdir", "--pidfile={folder}/switch.pid",
         "--log-file={folder}/switch.log", "--unixctl={folder}/switch", "unix:{folder}/db"],
        _configure("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev"),
        _configure("add-port", "br0", "near", "--", "set", "interface", "near", "type=afxdp",
                   "options:xdp-mode=generic"),
        ["ovs-appctl", "-t", "{folder}/switch", "dpif/show"],
        ["xdp-loader", "status", "near"],
        _configure("del-br", "br0"),
        ["ovs-appctl", "-t", "{folder}/switch", "exit"])


# By a program's name: its commands, each as words. {object} is an object with programs for XDP and
# tc, {program} a program with something to trace, {folder} a folder to write to, {cgroup} a cgroup
# without processes. There is a pair of devices, near and far. What a command leaves running, a
# later one ends.
WORK = {
    "ip": [
        ["ip", "link", "set", "dev", "lo", "xdp", "obj", "{object}", "sec", "xdp"],
        ["ip", "link", "show", "lo"],
        ["ip", "link", "set", "dev", "lo", "xdp", "off"],
    ],
    "tc": [
        ["tc", "qdisc", "add", "dev", "near", "clsact"],
        ["tc", "filter", "add", "dev", "near", "ingress", "bpf", "direct-action", "obj", "{object}",
         "sec", "tc"],
        ["tc", "filter", "show", "dev", "near", "ingress"],
        ["tc", "qdisc", "del", "dev", "near", "clsact"],
    ],
    "ss": [["ss", "-tln"], ["ss", "--bpf-maps", "-te"]],
    "xdp-loader": [
        ["xdp-loader", "load", "-m", "skb", "near", "{object}"],
        ["xdp-loader", "status", "near"],
        ["xdp-loader", "unload", "near", "--all"],
    ],
    "xdp-filter": [
        ["xdp-filter", "load", "-m", "skb", "near"],
        ["xdp-filter", "port", "80"],
        ["xdp-filter", "status"],
        ["xdp-filter", "unload", "near"],
    ],
    "xdp-forward": [
        ["xdp-forward", "load", "-m", "skb", "near", "far"],
        ["xdp-forward", "unload", "near", "far"],
    ],
    "xdp-trafficgen": [["xdp-trafficgen", "probe"], ["xdp-trafficgen", "udp", "near", "-n", "64"]],
    "bpftrace": [
        ["bpftrace", "-lv", "struct task_struct"],
        ["bpftrace", "-e", 'BEGIN {{ printf("begin\\n"); exit(); }}'],
        ["bpftrace", "-e", 'tracepoint:syscalls:sys_enter_getppid /comm == "probed"/ '
         "{{ @ = count(); }}", "-c", "{program}"],
        ["bpftrace", "-e", "uprobe:{program}:probed {{ @[probe] = count(); }}", "-c", "{program}"],
        ["bpftrace", "-e", "uretprobe:{program}:probed {{ @ = hist(retval); }}", "-c",
         "{program}"],
        ["bpftrace", "-e", "software:cpu-clock:100000 {{ @ = 1; exit(); }}"],
        ["bpftrace", "-e", "profile:hz:99 {{ @ = 1; exit(); }}"],
    ],
    "veristat": [["veristat", "-e", "file,prog,verdict,insns,states", "-o", "csv", "{object}"]],
    "cargo-libbpf": [["cargo-libbpf", "libbpf", "gen", "--object", "{object}"]],
    "pahole": [
        ["pahole", "-F", "btf", "-C", "task_struct,sk_buff", "/sys/kernel/btf/vmlinux"],
        ["pahole", "--btf_encode_detached={folder}/probed.btf", "{program}"],
        ["pahole", "-F", "btf", "{folder}/probed.btf"],
    ],
    "pfunct": [["pfunct", "-F", "btf", "-f", "do_exit", "--class", "-s", "/sys/kernel/btf/vmlinux"],
               ["pfunct", "-s", "{program}"]],
    "pdwtags": [["pdwtags", "{program}"]],
    "pglobal": [["pglobal", "-v", "{program}"]],
    "codiff": [["codiff", "{program}", "{program}"]],
    "dnsdist": [["dnsdist", "--check-config", "-C", "{folder}/dnsdist.conf"]],
    "ovsdb-tool": [
        ["ovsdb-tool", "create", "{folder}/tool.db", "/usr/share/openvswitch/vswitch.ovsschema"],
        ["ovsdb-tool", "db-version", "{folder}/tool.db"],
        ["ovsdb-tool", "query", "{folder}/tool.db",
         '["Open_vSwitch", {{"op": "select", "table": "Bridge", "where": []}}]'],
    ],
    "ovs-ofctl": [["ovs-ofctl", "parse-flow", "tcp,tp_dst=80,actions=drop"]],
    "ovsdb-server": _database(["ovsdb-client", "list-dbs", "unix:{folder}/db"]),
    "ovsdb-client": _database(
        ["ovsdb-client", "transact", "unix:{folder}/db",
         '["Open_vSwitch", {{"op": "insert", "table": "Bridge", "row": {{"name": "br0"}}}}, '
         '{{"op": "select", "table": "Bridge", "where": [], "columns": ["name"]}}]']),
    "ovs-appctl": _database(["ovs-appctl", "-t", "{folder}/server", "ovsdb-server/list-dbs"]),
    "ovs-vsctl": _database(
        _configure("--no-wait", "init"), _configure("--no-wait", "add-br", "br0"),
        _configure("--no-wait", "add-port", "br0", "near"), _configure("list-ports", "br0")),
    "vtep-ctl": _database(["vtep-ctl", "--db=unix:{folder}/db", "add-ps", "switch"],
                          ["vtep-ctl", "--db=unix:{folder}/db", "list-ps"], schema="vtep"),
    "ovs-vswitchd": _switch("ovs-vswitchd"),
    "ovs-vswitchd-dpdk": _switch("ovs-vswitchd-dpdk"),
    "test-tool": [["test-tool", "load", "-m", "skb", "near", "{object}"],
                  ["xdp-loader", "status", "near"],
                  ["xdp-loader", "unload", "near", "--all"]],
    "dtagnames": [["dtagnames", "{program}"]],
    "prefcnt": [["prefcnt", "{program}"]],
    "oarcgdev": [["oarcgdev", "{cgroup}", "/dev/null"]],
    "fastnetmon": [["fastnetmon", "--configuration_check"]],
    "pmacctd": [["pmacctd", "-I", "{folder}/capture", "-P", "print", "-c",
                 "src_host,dst_host,proto", "-r", "1"]],
    "suricata": [["suricata", "-c", "/etc/suricata/suricata.yaml", "-S", "/dev/null", "-l",
                  "{folder}", "-r", "{folder}/capture"]],
}

# A device that spreads what arrives by a BPF program of QEMU's.
for _machine, _board in (("x86_64", "q35"), ("i386", "q35"), ("aarch64", "virt"), ("arm", "virt"),
                         ("riscv64", "virt"), ("riscv32", "virt"), ("loongarch64", "virt"),
                         ("ppc64", "pseries"), ("alpha", "clipper"), ("sparc64", "sun4u"),
                         ("hppa", "B160L"), ("mips64el", "malta")):
    WORK["qemu-system-" + _machine] = [[
        "qemu-system-" + _machine, "-M", _board, "-nodefaults", "-display", "none", "-S",
        "-chardev", "file,id=console,path=/dev/stdout,input-path={folder}/monitor", "-mon",
        "chardev=console", "-netdev", "tap,id=net,ifname=tap,script=no,downscript=no", "-device",
        "virtio-net-pci,netdev=net,mac=52:54:00:12:34:56,rss=on"]]


def _capture():
    """A file of captured packets, with one of UDP from 127.0.0.1 to 127.0.0.2."""
    packet = bytes.fromhex("020000000002 020000000001 0800"                # Ethernet
                           "4500001c 00010000 40110000 7f000001 7f000002"  # IPv4
                           "00350035 00080000")                            # UDP
    return (struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) +
            struct.pack("<IIII", 1, 0, len(packet), len(packet)) + packet)


# Files in {folder}, beside the object and the program.
FILES = {
    "dnsdist.conf": b'newServer("127.0.0.1")\n',
    "monitor": b"info network\nquit\n",
    "capture": _capture(),
}


def commands(name, **places):
    """The commands of a program, with what the braces stand for."""
    return [[word.format(**places) for word in words] for words in WORK[name]]


def without_changing(text):
    """An output without what the kernel or the moment says."""
    for pattern, instead in CHANGING:
        text = pattern.sub(instead, text)
    return text


def prepare():
    """What each run finds: file systems, and a pair of devices, both up."""
    sandbox.mount("bpf", "/sys/fs/bpf")
    sandbox.mount("tracefs", "/sys/kernel/tracing")
    ip = sandbox.need_program("ip", "iproute2")
    for words in ("link add near type veth peer name far", "link set near up", "link set far up",
                  "link set lo up"):
        subprocess.run([ip, *words.split()], check=True)
