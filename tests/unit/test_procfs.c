/* test_procfs.c: what is read of /proc, good and hostile. */
#include <stdlib.h>

#include "process/cgroup.h"
#include "process/nettable.h"
#include "process/procfs.h"

#include "tap.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *text, *cgroup, *container, *unit;
} cgroups[] = {
	{ "0::/system.slice/nginx.service\n",
	    "/system.slice/nginx.service", "", "nginx.service" },
	{ "0::/system.slice/docker-" ID ".scope\n",
	    "/system.slice/docker-" ID ".scope", ID, "" },
	{ "0::/docker/" ID "\n", "/docker/" ID, ID, "" },
	{ "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID
	    ".scope\n", "/kubepods.slice/kubepods-pod1.slice/cri-containerd-"
	    ID ".scope", ID, "" },
	{ "0::/system.slice/containerd.service/kubepods-besteffort:"
	    "cri-containerd:" ID "\n",
	    "/system.slice/containerd.service/kubepods-besteffort:"
	    "cri-containerd:" ID, ID, "containerd.service" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
	    "app-x.scope\n", "/user.slice/user-1000.slice/user@1000.service/"
	    "app.slice/app-x.scope", "", "app-x.scope" },
	{ "0::/lxc.payload.web/system.slice/sshd.service\n",
	    "/lxc.payload.web/system.slice/sshd.service", "web",
	    "sshd.service" },
	{ "0::/machine.slice/machine-web.scope\n",
	    "/machine.slice/machine-web.scope", "web", "machine-web.scope" },
	{ "4:memory:/x\n1:name=systemd:/system.slice/a.service\n0::/\n",
	    "/system.slice/a.service", "", "a.service" },
	{ "0::/\n", "/", "", "" },
	/* What is no such file, or was cut. */
	{ "", "", "", "" },
	{ "0::", "", "", "" },
	{ "0::/a.service", "", "", "" },
	{ "0::\n", "", "", "" },
	{ "\n\n::::\n", "", "", "" },
	{ "0:x:/a.service\n", "", "", "" },
	{ "0::/.service\n", "/.service", "", "" },
	{ "0::/docker/" ID "0\n", "/docker/" ID "0", "", "" },
	{ "0::/x" ID "\n", "/x" ID, "", "" },
	{ "0::/lxc.payload.\n", "/lxc.payload.", "", "" },
};

static void
test_cgroup(void)
{
	struct process p;
	char *text;

	for (size_t i = 0; i < sizeof(cgroups) / sizeof(cgroups[0]); i++) {
		/* Of its size exactly: sanitizers see what is read behind. */
		size_t n = strlen(cgroups[i].text);

		text = malloc(n + (n == 0));
		memcpy(text, cgroups[i].text, n);
		memset(&p, 0, sizeof(p));
		cgroup_parse(&p, text, n);
		free(text);
		is_str(p.cgroup, cgroups[i].cgroup, "the path");
		is_str(p.container, cgroups[i].container, "the container");
		is_str(p.unit, cgroups[i].unit, "the unit");
	}
	/* Longer than there is room for: nothing rather than a part. */
	text = calloc(1, 2000);
	memset(text, 'a', 1990);
	memcpy(text, "0::/", 4);
	memcpy(text + 1990, ".service\n", 9);
	memset(&p, 0, sizeof(p));
	cgroup_parse(&p, text, 1999);
	free(text);
	ok(p.cgroup[0] == '\0' && p.unit[0] == '\0',
	    "a path without end is left out");
}

static uint32_t
inode(const char *s)
{
	return procfs_inode(s, strlen(s));
}

static void
test_numbers(void)
{
	static const char *const bad[] = { "", "0", "self", "12x", "-1", " 1",
	    "4294967296", "99999999999999999999" };
	static const char *const none[] = { "", "socket:[]", "socket:[12",
	    "socket:[12]x", "socket:[x]", "pipe:[12]", "socket:[4294967296]",
	    "/socket:[12]", "socket:[" };

	is_u64(procfs_number("812"), 812, "a process's folder");
	is_u64(procfs_number("4294967295"), 4294967295, "the largest number");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_u64(procfs_number(bad[i]), 0, "no process's folder");
	is_u64(inode("socket:[123456]"), 123456, "a socket's inode");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		is_u64(inode(none[i]), 0, "no socket");
}

static int
uid(const char *s, uint32_t *to)
{
	return procfs_uid(s, strlen(s), to);
}

static void
test_status(void)
{
	static const char good[] = "Name:\tnginx\nUmask:\t0022\n"
	    "Uid:\t0\t33\t33\t33\nGid:\t0\nCapEff:\t0000000000080000\n";
	static const char *const bad[] = { "", "Uid:\t0\t33\t", "\nUid:\t",
	    "\nUid:\t0", "\nUid:\t0\t", "\nUid:\t0\t33", "\nUid:\tx\t3\t",
	    "\nUid:\t0\t99999999999\t" };
	uint32_t id = 0;
	int right = 1;

	ok(uid(good, &id) == 0 && id == 33, "the effective user");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(uid(bad[i], &id) == -1, "no user: %zu", i);
	ok(procfs_sees_all(good, sizeof(good) - 1), "CAP_SYS_PTRACE");
	for (size_t n = 0; n < sizeof(good) - 2; n++) {
		char *cut = malloc(n + (n == 0));

		memcpy(cut, good, n);
		right &= !procfs_sees_all(cut, n);
		(void)procfs_uid(cut, n, &id);
		free(cut);
	}
	ok(right, "not in what was cut short");
	ok(!procfs_sees_all("\nCapEff:\t00000000a80425fb\n", 26),
	    "what containers have, is not it");
}

static int
row(struct nettable_row *r, const char *s)
{
	char *exact = malloc(strlen(s) + 1);
	int result;

	memcpy(exact, s, strlen(s));
	result = nettable_parse(r, exact, strlen(s));
	free(exact);
	return result;
}

static void
test_nettable(void)
{
	static const char v4[] = "   1: 0100007F:0001 00000000:0000 07 "
	    "00000000:00000000 00:00000000 00000000  1000        0 54321 2 "
	    "0000000000000000 0";
	static const char v6[] = "   58: 00000000000000000000000001000000:003A "
	    "00000000000000000000000000000000:0000 07 00000000:00000000 "
	    "00:00000000 00000000     0        0 777 2 0000000000000000 0";
	static const uint8_t loopback[4] = { 127, 0, 0, 1 };
	struct nettable_row r;
	char cut[sizeof(v6)];
	int wrong = 0;

	ok(row(&r, v4) == 0 && r.ip_version == 4 &&
	    memcmp(r.local.b, loopback, 4) == 0 && r.port == 1 &&
	    r.uid == 1000 && r.inode == 54321, "a raw socket of IPv4");
	ok(row(&r, v6) == 0 && r.ip_version == 6 && r.local.b[15] == 1 &&
	    r.port == 58 && r.inode == 777, "a raw socket of IPv6");
	ok(row(&r, "  sl  local_address rem_address   st tx_queue") == -1,
	    "the heading is none");
	for (size_t n = 0; n < 100; n++) {
		memcpy(cut, v6, n);
		cut[n] = '\0';
		wrong += row(&r, cut) == 0;
	}
	is_u64((uint64_t)wrong, 0, "nor is what was cut short");
	memset(cut, 'F', sizeof(cut) - 1);
	ok(row(&r, cut) == -1, "nor are digits without end");
}

int
main(void)
{
	test_cgroup();
	test_numbers();
	test_status();
	test_nettable();
	return done();
}
