/*
 * terminal.h: keys from the terminal, and what being stopped does to time.
 *
 * While it is open, and we are in the foreground, the terminal hands over
 * keys one by one and shows none.  It is as it was before after
 * terminal_close(), while the program is stopped (TSTP), and when a signal
 * ends it that can be caught.
 *
 * There is one terminal: no two may be open at a time.
 */
#ifndef SRC_REPLAY_TERMINAL_H
#define SRC_REPLAY_TERMINAL_H

#include <stdint.h>

/* Takes standard input for keys, if it is a terminal and they are wanted;
 * 1 if so. */
int terminal_open(int keys);
void terminal_close(void);

/* Waits for a key until the time is over (ns; 0: does not wait), or until a
 * signal; the key, or 0.  Without keys it waits, too. */
int terminal_key(int64_t timeout);

/* Was the program stopped, and went on, since the last call? */
int terminal_was_stopped(void);

#endif
