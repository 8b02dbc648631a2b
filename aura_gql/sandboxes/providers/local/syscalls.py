"""System call numbers of x86-64 that the seccomp filter speaks of, sorted by what happens to them."""

# The highest number that has been reviewed (removexattrat); anything newer answers ENOSYS until someone has.
HIGHEST_REVIEWED = 466

DENIED = {
    # Mounts and namespaces.
    "mount": 165,
    "umount2": 166,
    "pivot_root": 155,
    "chroot": 161,
    "setns": 308,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "mount_setattr": 442,
    # Other processes' insides.
    "ptrace": 101,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "pidfd_getfd": 438,
    "move_pages": 279,
    "migrate_pages": 256,
    # Kernel interfaces with a history of holes, or that belong to administrators.
    "keyctl": 250,
    "add_key": 248,
    "request_key": 249,
    "bpf": 321,
    "perf_event_open": 298,
    "open_by_handle_at": 304,
    "name_to_handle_at": 303,
    "fanotify_init": 300,
    "fanotify_mark": 301,
    "kexec_load": 246,
    "kexec_file_load": 320,
    "init_module": 175,
    "finit_module": 313,
    "delete_module": 176,
    "create_module": 174,
    "query_module": 178,
    "get_kernel_syms": 177,
    "nfsservctl": 180,
    "reboot": 169,
    "swapon": 167,
    "swapoff": 168,
    "settimeofday": 164,
    "clock_settime": 227,
    "clock_adjtime": 305,
    "adjtimex": 159,
    "acct": 163,
    "quotactl": 179,
    "quotactl_fd": 443,
    "syslog": 103,
    "vhangup": 153,
    "iopl": 172,
    "ioperm": 173,
    "lookup_dcookie": 212,
    "uselib": 134,
    "ustat": 136,
    "sysfs": 139,
    "_sysctl": 156,
    "modify_ldt": 154,
    "mbind": 237,
    "set_mempolicy": 238,
    "set_mempolicy_home_node": 450,
    "sethostname": 170,
    "setdomainname": 171,
    "afs_syscall": 183,
    "tuxcall": 184,
    "security": 185,
    "vserver": 236,
}

# Programs probe for these and fall back when told that the kernel lacks them.
ABSENT = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "userfaultfd": 323,
    "memfd_secret": 447,
    "statmount": 457,
    "listmount": 458,
    "open_tree_attr": 467,
    # Their flags lie in memory, which a filter can't read: libc falls back to clone() and openat().
    "clone3": 435,
    "openat2": 437,
}

# Memory that no rlimit counts. Absent where no cgroup counts it either.
UNCOUNTED_MEMORY = {"memfd_create": 319, "shmget": 29, "msgget": 68, "semget": 64}

CLONE = 56
UNSHARE = 272
PERSONALITY = 135
IOCTL = 16
SOCKET = 41
SOCKETPAIR = 53
OPEN = 2
OPENAT = 257
CREAT = 85
CHMOD = 90
FCHMOD = 91
FCHMODAT = 268
FCHMODAT2 = 452
MKNOD = 133
MKNODAT = 259
PRLIMIT64 = 302
SETSOCKOPT = 54
