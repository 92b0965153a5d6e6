/* compress.c: compressed files, written by a thread of their own. */
#include "core/thread.h"
#include "write/compress.h"

#ifdef HAVE_LIBARCHIVE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	JOBS		= 24,		/* that wait for the thread */
	JOBS_DATA	= 16,		/* of these, with bytes */
	JOB_SIZE	= 128 * 1024,	/* bytes of one */
};

enum job_kind { JOB_BEGIN, JOB_DATA, JOB_CUT, JOB_END, JOB_QUIT };

struct job {
	enum job_kind kind;
	size_t n;			/* of data */
	int fd, dir;
	char *from, *to;		/* the thread's to free, or NULL */
	char *data;			/* JOB_SIZE bytes, which stay */
};

struct compress {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_uint waiting;		/* jobs; changed under the lock */
	atomic_int error;
	unsigned int next;		/* job to be given; the giver's */
	struct job job[JOBS];

	/* The thread's own. */
	unsigned int first;
	struct packer packer;
};

/* 0 when that was the last one. */
static int
job_do(struct compress *c, struct job *j)
{
	switch (j->kind) {
	case JOB_BEGIN:
		packer_begin(&c->packer, j->fd);
		break;
	case JOB_DATA:
		packer_add(&c->packer, j->data, j->n);
		break;
	case JOB_CUT:
		packer_cut(&c->packer);
		break;
	case JOB_END:
		packer_end(&c->packer, j->dir, j->from, j->to);
		break;
	case JOB_QUIT:
		return 0;
	}
	free(j->from);
	free(j->to);
	j->from = j->to = NULL;
	return 1;
}

static void *
compress_run(void *arg)
{
	struct compress *c = arg;
	int more = 1;

	while (more) {
		pthread_mutex_lock(&c->lock);
		while (c->waiting == 0)
			pthread_cond_wait(&c->changed, &c->lock);
		pthread_mutex_unlock(&c->lock);
		more = job_do(c, &c->job[c->first]);
		c->first = (c->first + 1) % JOBS;
		if (c->packer.error != 0)
			atomic_store(&c->error, c->packer.error);
		pthread_mutex_lock(&c->lock);
		c->waiting--;
		pthread_cond_signal(&c->changed);
		pthread_mutex_unlock(&c->lock);
	}
	return NULL;
}

/* The next job, when fewer than max are there, or NULL. */
static struct job *
job_new(struct compress *c, enum job_kind kind, unsigned int max, int wait)
{
	struct job *j = &c->job[c->next];

	if (atomic_load(&c->waiting) >= max) {
		if (!wait)
			return NULL;
		pthread_mutex_lock(&c->lock);
		while (c->waiting >= max)
			pthread_cond_wait(&c->changed, &c->lock);
		pthread_mutex_unlock(&c->lock);
	}
	j->kind = kind;
	return j;
}

static void
job_give(struct compress *c)
{
	c->next = (c->next + 1) % JOBS;
	pthread_mutex_lock(&c->lock);
	c->waiting++;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

void
compress_begin(struct compress *c, int fd)
{
	job_new(c, JOB_BEGIN, JOBS, 1)->fd = fd;
	job_give(c);
}

size_t
compress_give(struct compress *c, const char *p, size_t n, int wait)
{
	struct job *j;
	size_t given = 0;

	if (compress_error(c) != 0)
		return n;
	while (given < n && (j = job_new(c, JOB_DATA, JOBS_DATA, wait)) !=
	    NULL) {
		j->n = n - given < JOB_SIZE ? n - given : JOB_SIZE;
		memcpy(j->data, p + given, j->n);
		given += j->n;
		job_give(c);
	}
	return given;
}

int
compress_cut(struct compress *c, int wait)
{
	if (job_new(c, JOB_CUT, JOBS_DATA, wait) == NULL)
		return -1;
	job_give(c);
	return 0;
}

void
compress_end(struct compress *c, int dir, const char *from, const char *to)
{
	struct job *j = job_new(c, JOB_END, JOBS, 1);

	j->dir = dir;
	if (to != NULL) {
		j->from = strdup(from);
		j->to = strdup(to);
		if (j->from == NULL || j->to == NULL) {
			atomic_store(&c->error, ENOMEM);
			free(j->from);
			free(j->to);
			j->from = j->to = NULL;
		}
	}
	job_give(c);
}

int
compress_ready(struct compress *c)
{
	return atomic_load(&c->waiting) < JOBS - 2;
}

int
compress_error(struct compress *c)
{
	return atomic_load(&c->error);
}

/* Signals are for the thread that waits for frames. */
static int
compress_start(struct compress *c)
{
	for (unsigned int i = 0; i < JOBS; i++) {
		c->job[i].data = malloc(JOB_SIZE);
		if (c->job[i].data == NULL)
			return ENOMEM;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	return thread_start(&c->thread, compress_run, c);
}

static void
compress_discard(struct compress *c)
{
	for (unsigned int i = 0; i < JOBS; i++)
		free(c->job[i].data);
	free(c);
}

struct compress *
compress_new(enum packer_method method, int live,
    const volatile sig_atomic_t *stop, struct errbuf *e)
{
	struct compress *c = calloc(1, sizeof(*c));
	int r;

	if (c == NULL) {
		err_set(e, "compression: no memory");
		return NULL;
	}
	if (packer_init(&c->packer, method, live, stop, e) == -1) {
		free(c);
		return NULL;
	}
	r = compress_start(c);
	if (r != 0) {
		err_set(e, "compression: %s", strerror(r));
		compress_discard(c);
		return NULL;
	}
	return c;
}

int
compress_finish(struct compress *c)
{
	int error;

	job_new(c, JOB_QUIT, JOBS, 1);
	job_give(c);
	pthread_join(c->thread, NULL);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	error = compress_error(c);
	compress_discard(c);
	return error;
}
#else
/* Without a packer there is nothing to be given. */
struct compress *
compress_new(enum packer_method method, int live,
    const volatile sig_atomic_t *stop, struct errbuf *e)
{
	packer_init(NULL, method, live, stop, e);
	return NULL;
}

int
compress_finish(struct compress *c)
{
	(void)c;
	return 0;
}

void
compress_begin(struct compress *c, int fd)
{
	(void)c, (void)fd;
}

size_t
compress_give(struct compress *c, const char *p, size_t n, int wait)
{
	(void)c, (void)p, (void)wait;
	return n;
}

int
compress_cut(struct compress *c, int wait)
{
	(void)c, (void)wait;
	return 0;
}

void
compress_end(struct compress *c, int dir, const char *from, const char *to)
{
	(void)c, (void)dir, (void)from, (void)to;
}

int
compress_ready(struct compress *c)
{
	(void)c;
	return 1;
}

int
compress_error(struct compress *c)
{
	(void)c;
	return 0;
}
#endif
