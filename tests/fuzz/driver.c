/*
 * driver.c: runs a fuzz target where libFuzzer is not at hand.
 *
 * Takes libFuzzer's -runs, -max_total_time and -seed, and seeds as files and
 * folders.  It gives each seed to the target, then seeds that it damages, at
 * random but the same for the same -seed.  It sees no coverage: it looks after
 * what is known, --enable-fuzzer looks for what is not.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
void __sanitizer_set_death_callback(void (*)(void)) __attribute__((weak));

enum {
	SEEDS_MAX	= 4096,
	SEED_LEN	= 65536,	/* longer ones are cut */
};

struct seed {
	uint8_t *data;
	size_t len;
};

static struct seed seeds[SEEDS_MAX];
static size_t nseeds;
static uint8_t input[SEED_LEN];
static size_t input_len;
static uint64_t state = 1;

/* xorshift64* */
static uint32_t
rnd(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % below;
}

static void
add_seed(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1 || nseeds == SEEDS_MAX)
		return;
	n = read(fd, input, sizeof(input));
	close(fd);
	if (n <= 0)
		return;
	seeds[nseeds].data = malloc((size_t)n);
	if (seeds[nseeds].data == NULL)
		return;
	memcpy(seeds[nseeds].data, input, (size_t)n);
	seeds[nseeds++].len = (size_t)n;
}

static void
add_seeds(const char *path)
{
	char name[4096];
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort);

	if (n == -1) {
		add_seed(path);
		return;
	}
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, list[i]->d_name);
		free(list[i]);
		if (strrchr(name, '/')[1] != '.')
			add_seed(name);
	}
	free(list);
}

/* Keeps the input that brought the program down. */
static void
save(void)
{
	int fd = open("crash-input", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd != -1 && write(fd, input, input_len) == (ssize_t)input_len)
		(void)!write(2, "input kept in crash-input\n", 26);
}

static void
died(int signo)
{
	save();
	signal(signo, SIG_DFL);
	raise(signo);
}

static void
damage(void)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff, 0x40, 0x10 };
	const struct seed *other = &seeds[rnd((uint32_t)nseeds)];
	size_t at = input_len > 0 ? rnd((uint32_t)input_len) : 0;
	size_t n = 1 + rnd(16);

	if (input_len == 0)
		return;
	switch (rnd(6)) {
	case 0:
		input[at] ^= (uint8_t)(1 << rnd(8));
		break;
	case 1:
		input[at] = odd[rnd(sizeof(odd))];
		break;
	case 2:
		input[at] = (uint8_t)rnd(256);
		break;
	case 3:		/* cut the end */
		input_len = at;
		break;
	case 4:		/* cut something out */
		n = n < input_len - at ? n : input_len - at;
		memmove(input + at, input + at + n, input_len - at - n);
		input_len -= n;
		break;
	case 5:		/* the end of another one */
		n = other->len > at ? other->len - at : 0;
		memcpy(input + at, other->data + other->len - n, n);
		input_len = at + n;
		break;
	}
}

static void
run(void)
{
	/* In memory of just its size, for the sanitizer to see the end. */
	uint8_t *copy = malloc(input_len + (input_len == 0));

	if (copy == NULL)
		exit(1);
	memcpy(copy, input, input_len);
	LLVMFuzzerTestOneInput(copy, input_len);
	free(copy);
}

static void
take(const struct seed *s)
{
	memcpy(input, s->data, s->len);
	input_len = s->len;
}

int
main(int argc, char **argv)
{
	long runs = -1, seconds = 0, n = 0;
	time_t start = time(NULL);

	for (int i = 1; i < argc; i++) {
		if (sscanf(argv[i], "-runs=%ld", &runs) == 1 ||
		    sscanf(argv[i], "-max_total_time=%ld", &seconds) == 1 ||
		    sscanf(argv[i], "-seed=%" SCNu64, &state) == 1)
			continue;
		if (argv[i][0] != '-')
			add_seeds(argv[i]);
	}
	if (state == 0)
		state = 1;
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(save);
	signal(SIGSEGV, died);
	signal(SIGBUS, died);
	signal(SIGABRT, died);
	signal(SIGFPE, died);
	for (size_t i = 0; i < nseeds; i++, n++) {
		take(&seeds[i]);
		run();
	}
	if (nseeds == 0) {	/* begin with noise */
		memset(input, 0x45, 64);
		input_len = 64;
		seeds[0].data = malloc(input_len);
		if (seeds[0].data == NULL)
			return 1;
		memcpy(seeds[0].data, input, input_len);
		seeds[nseeds++].len = input_len;
	}
	while ((runs < 0 || n < runs) &&
	    (seconds == 0 || time(NULL) - start < seconds)) {
		take(&seeds[rnd((uint32_t)nseeds)]);
		for (uint32_t i = 1 + rnd(6); i > 0; i--)
			damage();
		run();
		n++;
	}
	printf("%ld runs, %zu seeds, %ld seconds\n", n, nseeds,
	    (long)(time(NULL) - start));
	return 0;
}
