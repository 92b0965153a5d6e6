/* keep.h: what is worked out once. */
#ifndef SRC_CORE_KEEP_H
#define SRC_CORE_KEEP_H

/* The pointer is kept as it is now.  GCC forgets one to an element of an array,
 * and works out anew, at each use, where the element stands. */
#define KEEP(pointer)	__asm__("" : "+r" (pointer))

#endif
