/* A disk that can fail, under everything this program does to the files of one folder: the stock unix VFS of the system's
 * SQLite, the library's own files, the test's. It stands in for the system calls themselves (disk_calls.c), so what is
 * tested is the code that runs in production; files are real ones, so locks and shared memory work as always.
 *
 * Two uses. Failing: the n-th operation fails. Recording: every change is kept, in order, with the syncs between; later
 * any moment of the recording can be taken for a power cut, as often as one likes, and what would be left is written into
 * another folder (disk_cut.c).
 *
 * What a power cut leaves: of each file all that was written before its last fsync; of each later write any of its
 * 512-byte sectors, kept, dropped or (if the rules say so) full of garbage; later truncations or not; of names that were
 * made, removed or renamed after the last fsync of the folder any. An fsync that failed may have written all, some or nothing of what
 * it should have, and later ones know nothing of it, as on Linux. Programs that use the disk are linked with tests/disk. */
#ifndef DISK_H
#define DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_SECTOR 512

/* --- which folder ---------------------------------------------------------------------------------- */
/* What is in the folder now counts as safe on the disk. One folder at a time; it has no folders in it. */
void disk_watch(const char *folder);
void disk_unwatch(void);

/* --- failing ----------------------------------------------------------------------------------------- */
typedef enum disk_fault {
    DISK_NO_FAULT,
    DISK_ERROR,      /* EIO, of any operation */
    DISK_FULL,       /* ENOSPC, of what needs room; half of a write has been done */
    DISK_SHORT_READ, /* a read that finds the end of the file too early */
} disk_fault;

/* The count-th operation from now that the fault concerns fails, and `lasting`, all after it. 0 = none. */
void disk_fail_at(size_t count, disk_fault fault, bool lasting);
/* The operation that failed first, "pwrite store.annoproj-wal"; NULL when none did. */
const char *disk_failed_at(void);
/* Whether an operation of that kind has failed on a file whose name ends so. */
bool disk_failed_on(const char *call, const char *suffix);

/* --- recording ---------------------------------------------------------------------------------------- */
typedef struct disk_recording disk_recording;
void disk_record(void);                    /* begins one, of the watched folder */
size_t disk_position(void);                /* operations recorded so far */
disk_recording *disk_recording_take(void); /* ends it */
void disk_recording_free(disk_recording *recording);
size_t disk_recording_length(const disk_recording *recording);

/* --- power cuts ----------------------------------------------------------------------------------------- */
typedef enum disk_style {
    DISK_KEEP_ALL,     /* as if only the process had died */
    DISK_KEEP_NONE,    /* nothing that was not synced */
    DISK_KEEP_FIRST,   /* a disk that writes in order */
    DISK_KEEP_WRITES,  /* any of the writes, each whole */
    DISK_KEEP_SECTORS, /* any of the sectors */
    DISK_GARBAGE,      /* the same, and some sectors are neither old nor new */
    DISK_STYLES
} disk_style;

/* A recording, played up to a moment. */
typedef struct disk_player disk_player;
/* lying: fsync does nothing. The seed is for what a sync that failed leaves. */
disk_player *disk_player_new(const disk_recording *recording, bool lying_sync, uint64_t seed);
void disk_player_free(disk_player *player);
void disk_player_go(disk_player *player, size_t position); /* forwards only */
/* What a power cut at this moment leaves, into a folder that is emptied first. */
void disk_player_cut(disk_player *player, disk_style style, uint64_t seed, const char *folder);
/* The base name without a path of the file that the operation at `position` concerns, and what it is. */
const char *disk_recording_describe(const disk_recording *recording, size_t position);

#endif
