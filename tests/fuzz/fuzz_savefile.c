/* fuzz_savefile.c: a capture file, read to its end by our own readers. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static volatile uint8_t sink;

/* Every byte that was lent must be there. */
static void
look(const struct frame *f)
{
	if (f->caplen > f->len)
		abort();
	for (uint32_t i = 0; i < f->caplen; i++)
		sink ^= f->data[i];
}

static void
read_all(const char *path)
{
	static const struct capture_options options = { .linktype = -1 };
	struct frame f[CAPTURE_BATCH];
	struct capture_stats stats;
	struct errbuf e;
	struct capture *c = capture_open_savefile(path, &options, &e);
	int n;

	if (c == NULL)
		return;
	while ((n = capture_read(c, f, CAPTURE_BATCH, &e)) >= 0)
		for (int i = 0; i < n; i++) {
			look(&f[i]);
			capture_interface(c, f[i].ifindex);
		}
	capture_stats(c, &stats);
	capture_close(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd == -1)
		abort();
	if (write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		read_all(path);
	}
	close(fd);
	return 0;
}
