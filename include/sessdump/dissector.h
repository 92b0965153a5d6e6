/*
 * dissector.h: the contract between sessdump and a dissector.
 *
 * A dissector is one file with one const struct.  Built-in ones and plugins
 * are the same source; a plugin is that source compiled with
 * -DSESSDUMP_PLUGIN into a shared object.  See sessdump-dissector(3).
 */
#ifndef SESSDUMP_DISSECTOR_H
#define SESSDUMP_DISSECTOR_H

#include <sessdump/checksum.h>
#include <sessdump/cursor.h>
#include <sessdump/packet.h>
#include <sessdump/wire.h>
#include <sessdump/writer.h>

/* Grows when struct packet, layer, writer_ops or dissector change meaning. */
#define SESSDUMP_ABI 3

/* What a key is looked up in. */
enum dissector_table {
	TABLE_NONE,		/* ends a list of matches */
	TABLE_LINKTYPE,		/* LINKTYPE_ value of the frame */
	TABLE_ETHERTYPE,	/* EtherType; also GRE's and SNAP's protocol */
	TABLE_LLC_SAP,		/* destination service access point, 802.2 */
	TABLE_PPP,		/* PPP protocol number */
	TABLE_IP_PROTOCOL,	/* IP protocol number, IPv6 extension header */
	TABLE_TCP_PORT,
	TABLE_UDP_PORT,
	TABLE_COUNT
};

/* Keys of TABLE_ETHERTYPE that are no EtherType: numbers that 802.3 keeps for
 * lengths. */
enum {
	ETHERTYPE_LLC	= 0x0001,	/* an 802.2 LLC header follows */
	ETHERTYPE_IP_ANY = 0x0002,	/* IPv4 or IPv6: by first nibble */
};

/* The last number that is a length where an EtherType could stand, 802.3. */
enum { ETHERNET_MAX_LEN = 1500 };

/*
 * Names what the type field of an Ethernet header, or of a tag behind it, says:
 * an EtherType, or the length of an LLC frame with padding behind it.
 */
static inline void
packet_next_ethertype(struct packet *p, struct cursor *c, unsigned int type)
{
	if (type <= ETHERNET_MAX_LEN) {
		packet_limit(p, c, type);
		type = ETHERTYPE_LLC;
	}
	packet_next(p, TABLE_ETHERTYPE, type);
}

struct dissector_match {
	uint16_t table;
	uint16_t key;
};

enum verdict {
	DISSECT_OK,		/* go on with what packet_next() named */
	DISSECT_DONE,		/* nothing follows that could be dissected; with
				 * the cursor unmoved: not my protocol at all */
	DISSECT_SHORT,		/* the header is longer than what is there */
	DISSECT_MALFORMED	/* the header contradicts itself */
};

struct dissector {
	uint32_t abi;		/* SESSDUMP_ABI, */
	uint32_t size;		/* of the struct: see DISSECTOR_ABI */
	const char *name;	/* one word in lower case, unique */
	const char *title;	/* for --dissectors: name and RFC */
	/*
	 * Where it attaches, ended by TABLE_NONE.  A key has one owner: a
	 * second one is refused.
	 */
	const struct dissector_match *match;
	/*
	 * Takes its header from the cursor, fills facts into the packet and
	 * names what follows.  No allocation, no formatting, no state kept
	 * between calls; it may run in several threads at once.
	 *
	 * Unless it returns DISSECT_OK it should have left the facts of the
	 * layers below as they were.
	 */
	enum verdict (*dissect)(struct packet *, struct cursor *);
	/*
	 * Says what the layer holds (see writer.h); may be NULL.  It is given
	 * the layer's bytes again: the header is layer->header bytes at
	 * layer->data, never 0 (what was not whole is not printed), and up to
	 * layer->len may be read.
	 */
	void (*print)(const struct packet *, const struct layer *,
	    struct writer *);
};

/*
 * What a dissector answers that a port number has chosen and that misses bytes
 * of its header: the snapshot cut them off, or this is another protocol.
 */
static inline enum verdict
dissect_guess_short(const struct packet *p)
{
	return packet_is_cut(p) ? DISSECT_SHORT : DISSECT_DONE;
}

#define DISSECTOR_ABI .abi = SESSDUMP_ABI, .size = sizeof(struct dissector)
#define DISSECTOR_MATCH(...) \
	(const struct dissector_match[]){ __VA_ARGS__, { TABLE_NONE, 0 } }

#ifdef SESSDUMP_PLUGIN
#define DISSECTOR(id) \
	__attribute__((visibility("default"))) \
	const struct dissector sessdump_dissector
#else
#define DISSECTOR(id) const struct dissector dissector_##id
#endif

#endif
