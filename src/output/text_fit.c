/* text_fit.c: what of a line a terminal has room for. */
#include "output/text.h"

/* Columns for whose the two ends are, as wide as most are. */
enum { BOTH_ENDS = 30 };

/*
 * Columns that a line takes behind its time, with addresses of the usual
 * width, as long as nothing is left out, and with each thing that may be.
 * What does not fit even then goes without padding.
 */
static const uint8_t need[TEXT_LINES][FIT_BARE] = {
	[TEXT_PACKET] = { 122, 112, 86 },
	[TEXT_EVENT] = { 101, 101, 101 },
	[TEXT_SESSION] = { 144, 120, 104 },
};

size_t
text_time_width(const struct sink *k)
{
	static const uint8_t width[TIME_STYLES] = {
		[TIME_OF_DAY] = 9, [TIME_EPOCH] = 11, [TIME_DELTA] = 8,
		[TIME_DATE] = 20, [TIME_SINCE_FIRST] = 8,
	};

	if (k->options->time == TIME_NONE)
		return 0;
	return width[k->options->time] + text_digits(k) + 1;
}

void
text_fit_terminal(struct sink *k, enum text_line line)
{
	unsigned int columns = (unsigned int)*k->options->columns, fit;

	k->fit = FIT_ALL;
	if (columns == 0)
		return;
	if (k->book != NULL && line != TEXT_PACKET)
		columns = columns > BOTH_ENDS ? columns - BOTH_ENDS : 1;
	for (fit = FIT_ALL; fit < FIT_BARE; fit++)
		if (columns >= text_time_width(k) + need[line][fit])
			break;
	k->fit = (uint8_t)fit;
}
