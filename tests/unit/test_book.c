/* test_book.c: what is known of sessions' processes, and what is asked. */
#include <sys/socket.h>

#include <unistd.h>

#include "process/asker.h"
#include "process/book.h"

#include "sessions.h"

static struct book *book;

static void
ask_new(void *arg, const struct session_event *ev)
{
	on_event(arg, ev);
	if (ev->kind == EVENT_NEW)
		book_ask(book, ev->session, ev->packet);
}

static struct session_table *
asking_table(int fd, uint32_t max)
{
	struct session_config c = config(max);
	struct session_table *t;
	struct errbuf e;

	c.on_event = ask_new;
	t = table_of(&c);
	book = book_new(fd, max, &e);
	book_bind(book, t, NULL, NULL);
	return t;
}

/* The answer to the question: "name" has the end with port 80. */
static void
tell(int fd, const struct ask *a, const char *name, uint32_t pid,
    enum process_status client_status, uint8_t listens)
{
	unsigned int serves = a->port[0] == 80 ? 0 : 1;
	struct tell t;

	memset(&t, 0, sizeof(t));
	t.id = a->id;
	t.number = a->number;
	t.last = 1;
	t.listens = (uint8_t)(listens << serves);
	t.status[serves] = PROCESS_KNOWN;
	t.process[serves].pid = pid;
	memcpy(t.process[serves].name, name, strlen(name));
	t.status[serves ^ 1] = (uint8_t)client_status;
	t.process[serves ^ 1].uid = 1000;
	send(fd, &t, sizeof(t), 0);
}

static const char *
words(const struct session *s, unsigned int side)
{
	static char text[BOOK_WORDS];

	book_words(book, s, side, text);
	return text;
}

static void
test_answers(void)
{
	struct process_filter *f = process_filter_new();
	struct session_table *t;
	struct errbuf e;
	struct ask a;
	struct session *s;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	t = asking_table(fd[0], 4);
	process_filter_add(f, "nginx,77", &e);
	s = segment(t, "< PA 501 101 10", 0);
	is_str(words(s, 0), "", "nothing is known yet");
	ok(process_filter_match(f, book, s), "so it is selected");
	book_send(book);
	is_u64((uint64_t)recv(fd[1], &a, sizeof(a), MSG_DONTWAIT), sizeof(a),
	    "one session is asked about");
	ok(a.id == s->id && a.number == session_number(t, s) &&
	    a.protocol == 6, "it is this one");
	tell(fd[1], &a, "ng\x1b[2Jx", 812, PROCESS_OWNER, 1);
	book_receive(book, 1);
	is_str(words(s, s->key.port[0] != 80), "ng?[2Jx[812]",
	    "a name that moves no cursor");
	is_str(words(s, s->key.port[0] == 80), "uid 1000", "and a user");
	is_u64(s->role, ROLE_LISTEN, "who listens is the server");
	is_u64(book_stats(book)->named, 1, "one was named");
	is_u64(book_stats(book)->owners, 1, "one by its user only");
	ok(process_filter_match(f, book, s), "an unknown end is selected");
	tell(fd[1], &a, "other", 813, PROCESS_NONE, 1);
	/* Nothing is waited for, so nothing is read. */
	book_receive(book, 1);
	is_str(words(s, s->key.port[0] != 80), "ng?[2Jx[812]",
	    "what nobody asked for is not read");
	close(fd[1]);
	session_table_free(t);
	book_free(book);
	process_filter_free(f);
	close(fd[0]);
}

static void
test_selection(void)
{
	struct process_filter *f = process_filter_new();
	struct session_table *t;
	struct errbuf e;
	struct ask a;
	struct session *s;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	t = asking_table(fd[0], 4);
	ok(process_filter_add(f, "", &e) == -1, "an empty list");
	ok(process_filter_add(f, "a,,b", &e) == -1, "an empty value");
	process_filter_add(f, "a-very-long-name-of-a-process,77", &e);
	s = segment(t, "> S 100 0 0", 0);
	book_send(book);
	recv(fd[1], &a, sizeof(a), MSG_DONTWAIT);
	tell(fd[1], &a, "nginx", 812, PROCESS_NONE, 0);
	book_receive(book, 1);
	ok(!process_filter_match(f, book, s), "another process is not meant");
	ok(!process_filter_match(f, book, NULL), "nor is what is no session");
	process_filter_add(f, "812", &e);
	ok(process_filter_match(f, book, s), "by its number");
	process_filter_free(f);
	f = process_filter_new();
	process_filter_add(f, "nginx", &e);
	ok(process_filter_match(f, book, s), "by its name");
	/* Another session takes its place in the table. */
	session_table_free(t);
	book_free(book);
	t = asking_table(fd[0], 1);
	s = segment(t, "> S 100 0 0", 1);
	book_send(book);
	recv(fd[1], &a, sizeof(a), MSG_DONTWAIT);
	segment(t, "> R 101 0 0", 2);
	s = segment(t, "> S 90000 0 0", 200);
	tell(fd[1], &a, "nginx", 812, PROCESS_NONE, 0);
	book_receive(book, 1);
	is_str(words(s, 0), "", "a late answer is not for its successor");
	is_str(words(s, 1), "", "on neither side");
	process_filter_free(f);
	session_table_free(t);
	book_free(book);
	close(fd[0]);
	close(fd[1]);
}

/* A flood is not asked about, and nothing is waited for. */
static void
test_rate(void)
{
	struct session_table *t;
	struct packet p;
	struct frame f;
	struct end many = client;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	t = asking_table(fd[0], 100000);
	for (unsigned int i = 0; i < 50000; i++) {
		many.ip[1] = (uint8_t)(i >> 8);
		many.ip[2] = (uint8_t)i;
		packet(&p, &f, &many, &server, 17, i * 1e-6);
		update(t, &p);
		if (i % 32 == 31)
			book_send(book);
	}
	book_send(book);
	ok(book_stats(book)->asked > 0, "some are asked about");
	ok(book_stats(book)->asked <= ASKER_RATE + ASKER_RATE / 20 + 1,
	    "no more than the rate");
	is_u64(book_stats(book)->asked + book_stats(book)->refused, 50000,
	    "the others are counted");
	/* The helper has gone. */
	close(fd[1]);
	book_finish(book);
	ok(1, "one that has gone is not waited for");
	session_table_free(t);
	book_free(book);
	close(fd[0]);
}

int
main(void)
{
	test_answers();
	test_selection();
	test_rate();
	return done();
}
