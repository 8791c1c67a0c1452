/*
 * libannoproj: annotation projects in one embedded library over one file.
 *
 * A store (one SQLite file) holds an organisation: users, datasets, ontologies, projects. A session acts
 * on a store for one person or for the host program itself; through it one reaches projects, and through
 * a project its tasks, workflow stages and reports. Rights are enforced inside, every change is one
 * durable transaction, every figure is a function of the recorded events.
 *
 * Rules that hold for every function
 *  - Status: 0 is success, a positive value is an outcome that is no failure (ANNOPROJ_NONE), a negative
 *    value is a failure. On failure every result is NULL or 0 and nothing was changed.
 *  - Errors: the last parameter `error` may be NULL. It is set to NULL on entry; on failure it gets an
 *    object that the caller frees with annoproj_error_free. Nothing is kept per thread.
 *  - Any function may return ANNOPROJ_INVALID (an argument that is NULL, out of range, not UTF-8, or a
 *    handle that is closed or of another type), ANNOPROJ_LIMIT (a text is too long: names and titles have at
 *    most 1 KiB, e-mails 320 bytes, file names, paths and links 4 KiB, comments 64 KiB, JSON 64 MiB), ANNOPROJ_UNSUPPORTED
 *    (options set a field that only a newer library knows), ANNOPROJ_NO_MEMORY, and ANNOPROJ_FORKED (in a child
 *    of fork). Any function with a `call` may also return ANNOPROJ_BUSY, ANNOPROJ_TIMEOUT,
 *    ANNOPROJ_CANCELLED, ANNOPROJ_STATE (the store was closed, or a callback called back), ANNOPROJ_IO,
 *    ANNOPROJ_FULL, ANNOPROJ_CORRUPT, ANNOPROJ_TOO_NEW (another process migrated the store) and
 *    ANNOPROJ_INTERNAL; one that changes the store also ANNOPROJ_READONLY and ANNOPROJ_COMMIT_UNKNOWN.
 *    The comments name the other statuses.
 *  - Visibility: what the session may not see is ANNOPROJ_NOT_FOUND, what it may see but not do is
 *    ANNOPROJ_PERMISSION, what it could do but not now (its user is disabled, the project's status forbids it)
 *    is ANNOPROJ_STATE with the reason. Any function that works through a session may return these three.
 *    The line "Rights" names the operation; annoproj_operations lists who holds it.
 *  - Text is UTF-8 and ends with NUL. Text that is handed out is borrowed from an immutable object (table,
 *    error, constant) or owned and freed with annoproj_free.
 *  - Times are microseconds since 1970-01-01 00:00 UTC, suffix `_us`. Windows are [after, before).
 *  - Ids are positive and unique within a store. Sorting is by code point; text search is a
 *    case-insensitive substring; e-mails are unique after ASCII lower-casing.
 *  - Options: NULL means defaults, a zeroed struct with its `size` set means defaults, and so does
 *    `_INIT`. Fields that a newer header added must be zero for an older library.
 *  - Threads: every handle may be used from any thread, also at once. Tables and errors are immutable.
 *  - Handles may be closed in any order; what was made from one keeps it alive. `_close` and `_free`
 *    accept NULL, do no input or output and never block, except annoproj_store_close.
 */
#ifndef ANNOPROJ_H
#define ANNOPROJ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ==== Section - Annotations for binding generators ==============================================
 * What a prototype does not say. All of them expand to nothing. Every function is one declaration
 * in one statement that begins with ANNOPROJ_API, with a comment before it. */

#ifndef ANNOPROJ_API
#if defined(__GNUC__)
#define ANNOPROJ_API __attribute__((visibility("default")))
#else
#define ANNOPROJ_API
#endif
#endif

#define ANNOPROJ_NULLABLE            /* the pointer may be NULL */
#define ANNOPROJ_OUT                 /* a result */
#define ANNOPROJ_OWNED(free_fn)      /* the caller frees the result with free_fn */
#define ANNOPROJ_BORROWED(owner)     /* valid as long as that parameter's object is */
#define ANNOPROJ_LEN(parameter)      /* an array whose length is that parameter or field (`n+1` when written so) */
#define ANNOPROJ_ENUM(name)          /* int32_t holding one value of that enum, or an array of them */
#define ANNOPROJ_FLAGS(name)         /* int32_t holding an OR of values of that enum */
#define ANNOPROJ_ROWS(type)          /* the table has exactly that row type */
#define ANNOPROJ_BLOCKING            /* may wait or touch the disk */
#define ANNOPROJ_SINCE(major, minor) /* first release that has it */

/* A row type: one line per column, in order. New columns are appended; names and types never change. */
#ifndef ANNOPROJ_ROW
#define ANNOPROJ_ROW(row, doc)
#define ANNOPROJ_COLUMN(name, type, nullability, unit, title, doc)
#define ANNOPROJ_ROW_END(row)
#endif

/* ==== Section - Version ========================================================================== */

#define ANNOPROJ_VERSION_MAJOR 0
#define ANNOPROJ_VERSION_MINOR 1
#define ANNOPROJ_VERSION_PATCH 0
#define ANNOPROJ_VERSION "0.1.0"

/* The version of the library that is loaded, "major.minor.patch". A constant; any thread. */
ANNOPROJ_API const char *annoproj_version(void) ANNOPROJ_SINCE(0, 1);

/* The same as a number: major * 1000000 + minor * 1000 + patch. Any thread. */
ANNOPROJ_API int32_t annoproj_version_number(void) ANNOPROJ_SINCE(0, 1);

/* ==== Section - Status and errors ================================================================ */

/* Grouped by what a caller does next. Values are never reused. */
enum annoproj_status_values {
    ANNOPROJ_OK = 0,              /* done */
    ANNOPROJ_NONE = 1,            /* nothing there: the queue is empty, the stream has ended */
    ANNOPROJ_INVALID = -1,        /* an argument is wrong: correct the call */
    ANNOPROJ_NOT_FOUND = -2,      /* no such thing, or the session may not see it */
    ANNOPROJ_EXISTS = -3,         /* there is one already */
    ANNOPROJ_PERMISSION = -4,     /* the session may see it but not do this */
    ANNOPROJ_CONFLICT = -5,       /* somebody else was faster: read again, decide, retry */
    ANNOPROJ_STATE = -6,          /* allowed, but not now: the message says why */
    ANNOPROJ_LIMIT = -7,          /* larger than the library takes */
    ANNOPROJ_DATA = -8,           /* the input's content is wrong: the details name the place */
    ANNOPROJ_BUSY = -9,           /* others hold the store: retry */
    ANNOPROJ_TIMEOUT = -10,       /* the call's time is up */
    ANNOPROJ_CANCELLED = -11,     /* the call's cancel was triggered */
    ANNOPROJ_READONLY = -12,      /* the file, its folder or the store cannot be written */
    ANNOPROJ_IO = -13,            /* the operating system failed to read or write */
    ANNOPROJ_FULL = -14,          /* the disk is full */
    ANNOPROJ_CORRUPT = -15,       /* the file is damaged or is no store */
    ANNOPROJ_TOO_NEW = -16,       /* a newer library wrote the store */
    ANNOPROJ_NO_MEMORY = -17,     /* out of memory */
    ANNOPROJ_UNSUPPORTED = -18,   /* this library or platform does not know it */
    ANNOPROJ_FORKED = -19,        /* the handle was opened before fork() */
    ANNOPROJ_COMMIT_UNKNOWN = -20,/* whether the change was committed could not be found out: repeat with the same request key */
    ANNOPROJ_CALLBACK = -21,      /* a callback returned non-zero */
    ANNOPROJ_INTERNAL = -22       /* a defect of the library: please report it */
};
typedef int32_t annoproj_status;

/* What went wrong in one call: a status, one line for a person, and details as keys and values. */
typedef struct annoproj_error annoproj_error;

/* The name of a status, "NOT_FOUND"; "UNKNOWN" for a value this library does not have. A constant; any thread. */
ANNOPROJ_API const char *annoproj_status_name(annoproj_status status ANNOPROJ_ENUM(annoproj_status)) ANNOPROJ_SINCE(0, 1);

/* The status an error came with; ANNOPROJ_OK for NULL. Any thread. */
ANNOPROJ_API annoproj_status annoproj_error_status(const annoproj_error *error ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* One line for a person: names the value and the place and says what to do. "" for NULL. Not to be parsed. */
ANNOPROJ_API const char *annoproj_error_message(const annoproj_error *error ANNOPROJ_NULLABLE) ANNOPROJ_BORROWED(error) ANNOPROJ_SINCE(0, 1);

/* How many key and value details the error has (value, pointer, byte, sqlite_code, ...); 0 for NULL. */
ANNOPROJ_API size_t annoproj_error_detail_count(const annoproj_error *error ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* Key of detail `index`; "" when there is none. */
ANNOPROJ_API const char *annoproj_error_detail_key(const annoproj_error *error ANNOPROJ_NULLABLE, size_t index) ANNOPROJ_BORROWED(error) ANNOPROJ_SINCE(0, 1);

/* Value of detail `index`; "" when there is none. */
ANNOPROJ_API const char *annoproj_error_detail_value(const annoproj_error *error ANNOPROJ_NULLABLE, size_t index) ANNOPROJ_BORROWED(error) ANNOPROJ_SINCE(0, 1);

/* Frees an error. NULL is fine. */
ANNOPROJ_API void annoproj_error_free(annoproj_error *error ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* ==== Section - Memory =========================================================================== */

/* Replaces the library's allocator for the whole process; before any other call, once. SQLite's own memory
 * is not touched. `reallocate` with a NULL pointer allocates, with size 0 it frees and returns NULL. */
typedef void *(*annoproj_reallocate_fn)(void *memory, size_t size, void *user_data);

/* STATE when anything was allocated before. NULL restores malloc. */
ANNOPROJ_API annoproj_status annoproj_allocator_set(annoproj_reallocate_fn reallocate ANNOPROJ_NULLABLE, void *user_data ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Frees memory the library handed out as owned text or bytes. NULL is fine. */
ANNOPROJ_API void annoproj_free(void *memory ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* ==== Section - One call: time limit, cancel, progress, retry key ================================ */

/* What ends calls from outside: handed to them, and triggered from any thread. */
typedef struct annoproj_cancel annoproj_cancel;

/* Told now and then during long calls, on the calling thread, never inside a write. `total` is -1 when not
 * known. A non-zero return ends the call with CALLBACK. */
typedef int32_t (*annoproj_progress_fn)(int64_t done, int64_t total, void *user_data);

/* How one call is to be run; NULL = defaults. */
typedef struct annoproj_call {
    size_t size;
    int64_t timeout_us;                              /* 0 = 30 seconds, -1 = none; 1, the shortest, has passed when the call begins */
    annoproj_cancel *cancel ANNOPROJ_NULLABLE;       /* trigger it from any thread to end the call */
    const char *request_key ANNOPROJ_NULLABLE;       /* 1..64 bytes: a repeat of a change with the same key, within 7 days, changes nothing and gives the first result; CONFLICT when its arguments differ */
    annoproj_progress_fn progress ANNOPROJ_NULLABLE;
    void *user_data ANNOPROJ_NULLABLE;
} annoproj_call;
#define ANNOPROJ_CALL_INIT { sizeof(annoproj_call), 0, NULL, NULL, NULL, NULL }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_call_init(annoproj_call *call ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* A cancel that can be handed to one or many calls. */
ANNOPROJ_API annoproj_status annoproj_cancel_new(annoproj_cancel **cancel ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_cancel_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Ends the calls that use it with CANCELLED, now and later: it stays triggered. Any thread. */
ANNOPROJ_API annoproj_status annoproj_cancel_trigger(annoproj_cancel *cancel, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Frees a cancel; calls that use it keep what they need. NULL is fine. */
ANNOPROJ_API void annoproj_cancel_free(annoproj_cancel *cancel ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* ==== Section - Tables ===========================================================================
 * Every list, page and report is an immutable table of typed columns. Buffers are laid out as Apache
 * Arrow lays them out, 64-byte aligned. */

enum annoproj_column_type_values {
    ANNOPROJ_COLUMN_INT64 = 1,
    ANNOPROJ_COLUMN_DOUBLE = 2,
    ANNOPROJ_COLUMN_UTF8 = 3,
    ANNOPROJ_COLUMN_TIMESTAMP_US = 4,    /* int64: microseconds since the epoch, UTC */
    ANNOPROJ_COLUMN_BOOL = 5,            /* bits, least significant first */
    ANNOPROJ_COLUMN_DICTIONARY = 6,      /* int32 indexes into a utf8 dictionary */
    ANNOPROJ_COLUMN_BINARY = 7,
    ANNOPROJ_COLUMN_INT64_LIST = 8,
    ANNOPROJ_COLUMN_DOUBLE_LIST = 9,
    ANNOPROJ_COLUMN_UTF8_LIST = 10
};
typedef int32_t annoproj_column_type;

/* Immutable rows of typed columns: what every list, page and report is. */
typedef struct annoproj_table annoproj_table;

/* One column, borrowed from its table. */
typedef struct annoproj_column {
    size_t size;
    int64_t length;                          /* rows */
    int64_t null_count;
    const uint8_t *validity ANNOPROJ_NULLABLE;   /* bit i set = row i has a value; NULL = all have */
    const void *data ANNOPROJ_NULLABLE;      /* int64, double, bits, int32 indexes, or the bytes of all texts */
    const int32_t *offsets ANNOPROJ_NULLABLE;/* length+1, for utf8, binary and lists */
    int64_t data_length;                     /* elements in data (bytes for utf8 and binary) */
    int64_t dictionary_length;               /* dictionary columns: entries */
    const int32_t *dictionary_offsets ANNOPROJ_NULLABLE; /* also: element offsets of a utf8 list's texts */
    const char *dictionary_data ANNOPROJ_NULLABLE;
    annoproj_column_type type ANNOPROJ_ENUM(annoproj_column_type);
    int32_t reserved;
} annoproj_column;
#define ANNOPROJ_COLUMN_INIT { sizeof(annoproj_column), 0, 0, NULL, NULL, NULL, 0, 0, NULL, NULL, 0, 0 }

/* Fills in an empty column of this header's size. */
ANNOPROJ_API void annoproj_column_init(annoproj_column *column ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Rows of a table; 0 for NULL or a stale handle. */
ANNOPROJ_API int64_t annoproj_table_row_count(const annoproj_table *table ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* Columns of a table; 0 for NULL or a stale handle. */
ANNOPROJ_API int32_t annoproj_table_column_count(const annoproj_table *table ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* Name of the table's row type, "task_row"; "" for NULL or a stale handle. */
ANNOPROJ_API const char *annoproj_table_row_type(const annoproj_table *table ANNOPROJ_NULLABLE) ANNOPROJ_BORROWED(table) ANNOPROJ_SINCE(0, 1);

/* Key of column `column` (snake_case); "" when there is none. */
ANNOPROJ_API const char *annoproj_table_column_name(const annoproj_table *table ANNOPROJ_NULLABLE, int32_t column) ANNOPROJ_BORROWED(table) ANNOPROJ_SINCE(0, 1);

/* Title of column `column`, the heading in CSV; "" when there is none. */
ANNOPROJ_API const char *annoproj_table_column_title(const annoproj_table *table ANNOPROJ_NULLABLE, int32_t column) ANNOPROJ_BORROWED(table) ANNOPROJ_SINCE(0, 1);

/* Index of the column with that key; -1 when there is none. */
ANNOPROJ_API int32_t annoproj_table_column_index(const annoproj_table *table ANNOPROJ_NULLABLE, const char *name) ANNOPROJ_SINCE(0, 1);

/* A whole column. Set `column->size` first (annoproj_column_init). INVALID when there is no such column. */
ANNOPROJ_API annoproj_status annoproj_table_column(const annoproj_table *table, int32_t column, annoproj_column *view ANNOPROJ_OUT ANNOPROJ_BORROWED(table), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Whether a cell has no value; true for a cell that does not exist. */
ANNOPROJ_API bool annoproj_table_is_null(const annoproj_table *table ANNOPROJ_NULLABLE, int64_t row, int32_t column) ANNOPROJ_SINCE(0, 1);

/* An int64, timestamp or bool (0 and 1) cell; 0 when null or of another type. */
ANNOPROJ_API int64_t annoproj_table_int64(const annoproj_table *table ANNOPROJ_NULLABLE, int64_t row, int32_t column) ANNOPROJ_SINCE(0, 1);

/* A double or int64 cell; 0 when null or of another type. */
ANNOPROJ_API double annoproj_table_double(const annoproj_table *table ANNOPROJ_NULLABLE, int64_t row, int32_t column) ANNOPROJ_SINCE(0, 1);

/* A utf8 or dictionary cell, NUL-terminated; "" when null or of another type. */
ANNOPROJ_API const char *annoproj_table_text(const annoproj_table *table ANNOPROJ_NULLABLE, int64_t row, int32_t column) ANNOPROJ_BORROWED(table) ANNOPROJ_SINCE(0, 1);

/* Token of the next page, to be given in the same list's options; NULL when this is the last page. */
ANNOPROJ_API const char *annoproj_table_next_page(const annoproj_table *table ANNOPROJ_NULLABLE) ANNOPROJ_BORROWED(table) ANNOPROJ_SINCE(0, 1);

/* The table as CSV: RFC 4180, a heading of titles, a text that a spreadsheet would take for a formula gets
 * an apostrophe before it; times in ISO 8601, lists as JSON arrays. */
ANNOPROJ_API annoproj_status annoproj_table_csv(const annoproj_table *table, char **csv ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* The table as a JSON array of objects keyed by column name; times as integers in microseconds. */
ANNOPROJ_API annoproj_status annoproj_table_json(const annoproj_table *table, char **json ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Which picture of a table. */
enum annoproj_chart_values {
    ANNOPROJ_CHART_NATURAL = 0,          /* what suits the row type */
    ANNOPROJ_CHART_BARS = 1,
    ANNOPROJ_CHART_STACKED = 2,          /* bars of several columns on top of each other */
    ANNOPROJ_CHART_LINES = 3,            /* tables with buckets of time only */
    ANNOPROJ_CHART_SHARES = 4,           /* one column, as parts of a whole */
    ANNOPROJ_CHART_AREA = 5              /* areas on top of each other; tables with buckets of time only */
};
typedef int32_t annoproj_chart;

/* How a table is drawn. */
typedef struct annoproj_picture_options {
    size_t size;
    const char *title ANNOPROJ_NULLABLE;         /* NULL = what the table shows */
    const char *columns ANNOPROJ_NULLABLE;       /* keys of up to 8 columns of numbers with the same unit, separated by commas; NULL = the natural ones */
    annoproj_chart chart ANNOPROJ_ENUM(annoproj_chart);
    int32_t width;                               /* in pixels, 240 to 4,096; 0 = 640 */
    int32_t categories;                          /* 2 to 200; 0 = 12. The greatest ones are drawn, all others as one */
    int32_t utc_offset_minutes;                  /* of the times; the query's */
} annoproj_picture_options;
#define ANNOPROJ_PICTURE_OPTIONS_INIT { sizeof(annoproj_picture_options), NULL, NULL, 0, 0, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_picture_options_init(annoproj_picture_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* The table as a picture: one self-contained SVG with axes, legend and units, readable on light and dark screens and by screen
 * readers; the same bytes for the same table. Each mark carries category, column and value of the table (data-category, data-series,
 * data-value). Many buckets are joined, many categories become "other"; where a sum would mean nothing the picture says how many
 * it leaves out. Time by collaborator and bucket has a series for each collaborator, cumulative flow for each stage, issue tags by class for
 * each tag, the 7 greatest and one for all others when there are more than 8, as long as at most one column is asked for; statistics of labels
 * that are all of one class are drawn by data unit or by answer; of a forecast the days of P50 and P90 are. UNSUPPORTED for row types without a natural picture, INVALID for options that do not fit. */
ANNOPROJ_API annoproj_status annoproj_table_svg(const annoproj_table *table, const annoproj_picture_options *options ANNOPROJ_NULLABLE, char **svg ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* The same picture as a Vega-Lite 5 specification (JSON) with its data inside, for hosts that draw it themselves. Statuses as
 * annoproj_table_svg. */
ANNOPROJ_API annoproj_status annoproj_table_vega_lite(const annoproj_table *table, const annoproj_picture_options *options ANNOPROJ_NULLABLE, char **json ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Apache Arrow's C data interface; its header, or any copy of it, defines the three structs. What is handed out refers to the
 * table's own buffers: nothing is copied, and they live until the consumer has called `release` on all it got, from any thread,
 * also after the table, the stream and the store were closed. Times are `tsu:UTC`, the schema's metadata has row_type and doc,
 * that of a column title, unit and doc. */
struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;

/* Fills in the schema of the table's row type: a struct with a field for each column. On failure its `release` is NULL. */
ANNOPROJ_API annoproj_status annoproj_table_arrow_schema(const annoproj_table *table, struct ArrowSchema *schema ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Fills in the table as one struct array of that schema. On failure its `release` is NULL. */
ANNOPROJ_API annoproj_status annoproj_table_arrow_array(const annoproj_table *table, struct ArrowArray *array ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Fills in a stream that gives the table once. On failure its `release` is NULL. */
ANNOPROJ_API annoproj_status annoproj_table_arrow_stream(const annoproj_table *table, struct ArrowArrayStream *arrow ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Frees a table. NULL is fine. */
ANNOPROJ_API void annoproj_table_free(annoproj_table *table ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* ==== Section - Streams ==========================================================================
 * What can be long comes as a stream of tables. A stream holds no snapshot between calls. */

/* Tables, one after the other, of what can be long. */
typedef struct annoproj_stream annoproj_stream;

/* The next table of a stream, of the row type its maker names. NONE at the end. Rights: re-read each time. */
ANNOPROJ_API annoproj_status annoproj_stream_next(annoproj_stream *stream, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Fills in the Arrow schema of the stream's tables. On failure its `release` is NULL. */
ANNOPROJ_API annoproj_status annoproj_stream_arrow_schema(const annoproj_stream *stream, struct ArrowSchema *schema ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Fills in an Arrow stream of the tables that annoproj_stream_next would give; both share one place, and closing the stream leaves
 * it working. The call's timeout holds for each table that the consumer fetches, its cancel for all of them. `get_next` answers
 * ECANCELED, ETIMEDOUT, ENOMEM, EINVAL or EIO, and `get_last_error` says more. On failure its `release` is NULL. */
ANNOPROJ_API annoproj_status annoproj_stream_arrow_stream(annoproj_stream *stream, const annoproj_call *call ANNOPROJ_NULLABLE, struct ArrowArrayStream *arrow ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Closes a stream. NULL is fine. */
ANNOPROJ_API void annoproj_stream_close(annoproj_stream *stream ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* ==== Section - Store ============================================================================
 * One file (and beside it -wal, -shm and -lock) is one organisation. Only on a local file system. Any
 * number of processes may open it; each process opens it once and shares the handle among its threads. */

/* One organisation in one file. */
typedef struct annoproj_store annoproj_store;

/* The present time in microseconds since the epoch into `*time_us`; non-zero return fails the call with CALLBACK, and so does
 * a time outside of the years 1 to 9999. */
typedef int32_t (*annoproj_clock_fn)(int64_t *time_us, void *user_data);

/* Fills `length` bytes with random; non-zero return fails the call with CALLBACK. */
typedef int32_t (*annoproj_random_fn)(void *buffer, size_t length, void *user_data);

/* Something worth a line in the host's log; level 0 error, 1 warning, 2 information. What is told:
 *  0  a commit failed, and whether its change is stored could not be found out
 *  1  a commit failed, with what became of its change; a transaction shared by several commands failed and each was run
 *     again; a checkpoint failed; the log grew beyond 64 MiB because of a long read; it could not be folded at the close;
 *     more than a second of waiting for the write lock, or for another program; the clock went back by more than a second
 *  2  the log of a store that was not closed is read; a store was migrated or compacted; temporary files that were left
 *     behind were removed
 * It is called by a thread that is inside a call, never inside a write transaction and never under the write lock; it may
 * not call the library (STATE), and what it does takes the time of that call. Errors that a call returns are not told
 * again. */
typedef void (*annoproj_log_fn)(int32_t level, const char *message, void *user_data);

/* How a store is opened. Clock and random are called only by threads that are inside a call on the store;
 * they may not call the library (STATE). */
typedef struct annoproj_store_options {
    size_t size;
    annoproj_clock_fn clock ANNOPROJ_NULLABLE;     /* NULL = the system's clock */
    annoproj_random_fn random ANNOPROJ_NULLABLE;   /* NULL = the system's random source */
    annoproj_log_fn log ANNOPROJ_NULLABLE;
    void *user_data ANNOPROJ_NULLABLE;             /* handed to clock, random and log */
    const char *ticket_key ANNOPROJ_NULLABLE;      /* the host's secret, 16 bytes or more, that signs tickets; copied, never stored in the file; NULL = no tickets. Give nobody this key, nor use it for anything else */
    int64_t cache_bytes;                           /* budget for what is kept in memory: page caches of the writer (a quarter, at most 16 MiB) and of up to 8 readers (a sixteenth each, at most 1 MiB), the rest for columns of the event log; 0 = 64 MiB */
    int32_t threads;                               /* worker threads inside one call; 0 = up to 4, 1 = none */
    bool relaxed_durability;                       /* synchronous=NORMAL: a power cut may lose the last commits, never damage the store */
    bool migrate;                                  /* bring an older store to this version, after a verified backup beside it */
} annoproj_store_options;
#define ANNOPROJ_STORE_OPTIONS_INIT { sizeof(annoproj_store_options), NULL, NULL, NULL, NULL, NULL, 0, 0, false, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_store_options_init(annoproj_store_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Makes a new store. `path` may be relative; it is made absolute at once. EXISTS when there is a file
 * (an empty one counts), NOT_FOUND when the folder is missing, READONLY when it cannot be written,
 * UNSUPPORTED on a network file system. */
ANNOPROJ_API annoproj_status annoproj_store_create(const char *path, const annoproj_store_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_store **store ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_store_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Opens a store. NOT_FOUND when there is no file, CORRUPT when it is no store or has a foreign schema,
 * TOO_NEW when a newer library wrote it, STATE when it is older and `migrate` is off, READONLY when the file
 * or its folder cannot be written, UNSUPPORTED on a network file system. */
ANNOPROJ_API annoproj_status annoproj_store_open(const char *path, const annoproj_store_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_store **store ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_store_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Waits for calls in flight, folds the write-ahead log into the file and closes it. BUSY when calls are
 * still running at the deadline: the store then stays open. Handles that outlive it answer STATE. In a child
 * of fork it only frees memory. NULL is OK. */
ANNOPROJ_API annoproj_status annoproj_store_close(annoproj_store *store ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Sessions and rights ==============================================================
 * Every call that reads or changes something goes through a session: of one user, or of the host itself
 * (user 0: all rights, for bootstrap and automation). The host program authenticates, the library
 * authorises: role and status are read again inside each call, so a demotion acts at once. */

/* One user, or the host itself, acting on a store. */
typedef struct annoproj_session annoproj_session;
/* A project, as the session it was opened with may see and change it. */
typedef struct annoproj_project annoproj_project;
/* A task of a project: one data unit on its way through the workflow, with its labels, reviews and issues. */
typedef struct annoproj_task annoproj_task;

/* Stored on every event; a mark that gives no right. */
enum annoproj_source_values {
    ANNOPROJ_SOURCE_DEFAULT = 0,     /* ui for a user, sdk for the host */
    ANNOPROJ_SOURCE_UI = 1,
    ANNOPROJ_SOURCE_SDK = 2,
    ANNOPROJ_SOURCE_AGENT = 3
};
typedef int32_t annoproj_source;

typedef struct annoproj_session_options {
    size_t size;
    const char *ticket ANNOPROJ_NULLABLE;    /* of annoproj_ticket_issue, for this user: opens its task in paused, completed and cancelled projects */
    annoproj_source source ANNOPROJ_ENUM(annoproj_source);
    int32_t reserved;
} annoproj_session_options;
#define ANNOPROJ_SESSION_OPTIONS_INIT { sizeof(annoproj_session_options), NULL, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_session_options_init(annoproj_session_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* A session for user `user`, or for the host when `user` is 0. NOT_FOUND when there is no such user, STATE
 * when the user is disabled, or for a ticket when the store was opened without a ticket_key. A ticket that is none is INVALID; one that
 * has expired, is another user's, was changed, or made with another key or for another store is PERMISSION. Rights: none needed;
 * who is who is for the host to know. */
ANNOPROJ_API annoproj_status annoproj_session_open(annoproj_store *store, int64_t user, const annoproj_session_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_session **session ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_session_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* A handle for the task of the session's ticket, so that a link needs to hold nothing but the ticket. STATE when the session has none.
 * NOT_FOUND. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_session_ticket_task(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_task **task ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_task_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Closes a session. NULL is fine. */
ANNOPROJ_API void annoproj_session_close(annoproj_session *session ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* The session's user; 0 for the host and for NULL. */
ANNOPROJ_API int64_t annoproj_session_user(const annoproj_session *session ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* What can be allowed. The first group concerns a project, the second the store. */
enum annoproj_operation_values {
    ANNOPROJ_OPERATION_SUMMARY = 1,              /* overview, project facts */
    ANNOPROJ_OPERATION_EXPLORE = 2,
    ANNOPROJ_OPERATION_QUEUE = 3,                /* see tasks in lists, counts, get */
    ANNOPROJ_OPERATION_TASK_VIEW = 4,            /* read labels, reviews and issues of a task */
    ANNOPROJ_OPERATION_LABEL_WRITE = 5,
    ANNOPROJ_OPERATION_TIME_REPORT = 6,
    ANNOPROJ_OPERATION_ANNOTATE = 7,             /* start, initiate, submit in annotate stages */
    ANNOPROJ_OPERATION_REVIEW = 8,               /* start, initiate, approve, reject in review stages */
    ANNOPROJ_OPERATION_SKIP = 9,
    ANNOPROJ_OPERATION_ASSIGN = 10,
    ANNOPROJ_OPERATION_RELEASE = 11,
    ANNOPROJ_OPERATION_RELEASE_OWN = 12,
    ANNOPROJ_OPERATION_PRIORITY = 13,
    ANNOPROJ_OPERATION_MOVE = 14,
    ANNOPROJ_OPERATION_REOPEN = 15,
    ANNOPROJ_OPERATION_AGENT = 16,               /* pathways and labels in agent stages */
    ANNOPROJ_OPERATION_WORKFLOW_VIEW = 17,
    ANNOPROJ_OPERATION_WORKFLOW_EDIT = 18,
    ANNOPROJ_OPERATION_ANALYTICS_TEAM = 19,
    ANNOPROJ_OPERATION_ANALYTICS_OWN = 20,       /* own rows of task actions, time spent, label actions */
    ANNOPROJ_OPERATION_EXPORT = 21,
    ANNOPROJ_OPERATION_LABEL_VERSION = 22,
    ANNOPROJ_OPERATION_IMPORT = 23,
    ANNOPROJ_OPERATION_TICKET = 24,
    ANNOPROJ_OPERATION_OUTBOX = 25,
    ANNOPROJ_OPERATION_PURGE = 26,
    ANNOPROJ_OPERATION_RESTORE = 27,
    ANNOPROJ_OPERATION_SETTINGS = 28,            /* title, tags, issue tags, layout, instructions, stage settings, datasets, ontology */
    ANNOPROJ_OPERATION_PROJECT_COPY = 29,
    ANNOPROJ_OPERATION_PROJECT_DELETE = 30,
    ANNOPROJ_OPERATION_PROJECT_STATUS = 31,
    ANNOPROJ_OPERATION_COLLABORATOR_ADD = 32,    /* any role but admin */
    ANNOPROJ_OPERATION_COLLABORATOR_ADD_ADMIN = 33,
    ANNOPROJ_OPERATION_COLLABORATOR_CHANGE = 34, /* change or remove; a team manager no admins */
    ANNOPROJ_OPERATION_COLLABORATOR_CHANGE_ADMIN = 35,
    ANNOPROJ_OPERATION_ISSUE_WRITE = 36,         /* create, comment, tag, resolve, reopen on tasks one may view */
    ANNOPROJ_OPERATION_PROJECT_SEE = 37,         /* list, open, facts: any collaborator, and org admins */
    ANNOPROJ_OPERATION_COLLABORATOR_LEAVE = 45,  /* leave the project oneself */
    ANNOPROJ_OPERATION_USER_MANAGE = 101,
    ANNOPROJ_OPERATION_USER_LIST = 102,
    ANNOPROJ_OPERATION_DATASET_CREATE = 103,
    ANNOPROJ_OPERATION_DATASET_CHANGE = 104,
    ANNOPROJ_OPERATION_ONTOLOGY_CREATE = 105,
    ANNOPROJ_OPERATION_ONTOLOGY_CHANGE = 106,
    ANNOPROJ_OPERATION_PROJECT_CREATE = 107,
    ANNOPROJ_OPERATION_PROJECT_LIST_ALL = 108,
    ANNOPROJ_OPERATION_PROJECT_JOIN = 109,
    ANNOPROJ_OPERATION_STORE_CHECK = 110,
    ANNOPROJ_OPERATION_STORE_BACKUP = 111,       /* a copy holds every project's data: for the host only */
    ANNOPROJ_OPERATION_STORE_COMPACT = 112,
    ANNOPROJ_OPERATION_STORE_SETTINGS = 113,
    ANNOPROJ_OPERATION_STORE_EVENTS = 114,
    ANNOPROJ_OPERATION_TAG_MANAGE = 115,         /* the organisation's lists of tags, for projects and for issues */
    ANNOPROJ_OPERATION_WORKFLOW_TEMPLATE_CREATE = 120,
    ANNOPROJ_OPERATION_WORKFLOW_TEMPLATE_CHANGE = 121,
    ANNOPROJ_OPERATION_ORGANISATION = 122        /* figures of the organisation as a whole */
};
typedef int32_t annoproj_operation;

ANNOPROJ_ROW(operation_row, "One operation and who holds it: the table by which every call is decided")
ANNOPROJ_COLUMN(operation, int64, required, "", "Operation", "Value of annoproj_operation.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Name", "Its name in lower case.")
ANNOPROJ_COLUMN(scope, dictionary, required, "", "Scope", "project or store.")
ANNOPROJ_COLUMN(admin, dictionary, required, "", "Admin", "yes, no, or the restriction: own, stage, not_admins.")
ANNOPROJ_COLUMN(team_manager, dictionary, required, "", "Team manager", "As for admin.")
ANNOPROJ_COLUMN(reviewer, dictionary, required, "", "Reviewer", "As for admin.")
ANNOPROJ_COLUMN(annotator, dictionary, required, "", "Annotator", "As for admin.")
ANNOPROJ_COLUMN(annotator_reviewer, dictionary, required, "", "Annotator + reviewer", "As for admin.")
ANNOPROJ_COLUMN(org_admin, dictionary, required, "", "Org admin", "For org admins; of a project's operations those that need no role in it. The host holds every operation.")
ANNOPROJ_COLUMN(member, dictionary, required, "", "Member", "Store operations: for members; own = what they created or only their projects use.")
ANNOPROJ_COLUMN(gated, dictionary, required, "", "Gate", "What paused, completed and cancelled projects do to annotators and reviewers: open, closed, own (tasks already theirs), or archived (only that status closes it).")
ANNOPROJ_COLUMN(deleted, dictionary, required, "", "Deleted", "Whether a deleted project leaves it: no, yes, or purged (also while it is being purged).")
ANNOPROJ_ROW_END(operation_row)

/* The table of operations. Any thread; no rights needed. */
ANNOPROJ_API annoproj_status annoproj_operations(annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(operation_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Whether the session holds an operation now, by role alone, on that project, or on the store when `project` is
 * NULL. STATE when a project operation is asked without a project. */
ANNOPROJ_API annoproj_status annoproj_session_can(annoproj_session *session, annoproj_project *project ANNOPROJ_NULLABLE, annoproj_operation operation ANNOPROJ_ENUM(annoproj_operation), const annoproj_call *call ANNOPROJ_NULLABLE, bool *can ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Looking after a store ============================================================
 * What a host does with a store as a whole: how large it is, whether it is sound, a backup, less room on the disk, and whether
 * anything changed. The log callback of annoproj_store_options tells what else is worth knowing. */

ANNOPROJ_ROW(store_row, "What a store is made of")
ANNOPROJ_COLUMN(file_bytes, int64, required, "bytes", "File size", "Size of the database file.")
ANNOPROJ_COLUMN(wal_bytes, int64, required, "bytes", "Log size", "Size of the write-ahead log beside it.")
ANNOPROJ_COLUMN(page_size, int64, required, "bytes", "Page size", "Size of a database page.")
ANNOPROJ_COLUMN(schema_version, int64, required, "", "Schema version", "Version of the file format.")
ANNOPROJ_COLUMN(commit_seq, int64, required, "", "Commits", "Grows by one with every committed transaction that changes something.")
ANNOPROJ_COLUMN(users, int64, required, "", "Users", "Users, disabled ones included.")
ANNOPROJ_COLUMN(projects, int64, required, "", "Projects", "Projects of the store.")
ANNOPROJ_COLUMN(data_units, int64, required, "", "Data units", "Data units of all datasets.")
ANNOPROJ_COLUMN(tasks, int64, required, "", "Tasks", "Tasks of all projects, removed ones not counted.")
ANNOPROJ_COLUMN(events, int64, required, "", "Events", "Recorded events of all projects and of the store itself.")
ANNOPROJ_COLUMN(free_bytes, int64, required, "bytes", "Free", "Part of the file that is unused: new rows fill it, annoproj_store_compact gives it back.")
ANNOPROJ_COLUMN(datasets, int64, required, "", "Datasets", "Datasets of the store.")
ANNOPROJ_COLUMN(ontologies, int64, required, "", "Ontologies", "Ontologies of the store.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Made with the store; its copies have the same.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When the store was made.")
ANNOPROJ_COLUMN(changed, timestamp_us, required, "", "Changed", "Time of the last command; command times never go back.")
ANNOPROJ_COLUMN(schema_hash, utf8, required, "", "Schema hash", "Fingerprint of the tables and indexes.")
ANNOPROJ_COLUMN(sqlite, utf8, required, "", "SQLite", "Version of the SQLite library in use.")
ANNOPROJ_COLUMN(path, utf8, required, "", "Path", "Absolute path of the file.")
ANNOPROJ_ROW_END(store_row)

/* Sizes, versions and counts. Rights: any session. */
ANNOPROJ_API annoproj_status annoproj_store_info(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(store_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Waits until the store is past commit `seen`, whoever committed: a thread of this process, or another process. `*commit_seq` is
 * where the store is then; with `seen` 0 the answer comes at once. To be told of changes, call it again with that
 * number. TIMEOUT when nothing happened within the call's time; STATE when the store is closed meanwhile. A waiting call
 * needs next to no processor time, holds nothing, and hears of other processes within some 10 ms. Rights: none
 * needed, since nothing of the content is told. */
ANNOPROJ_API annoproj_status annoproj_store_wait(annoproj_store *store, int64_t seen, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *commit_seq ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(check_row, "One difference that a check found")
ANNOPROJ_COLUMN(project, int64, nullable, "", "Project", "Project it concerns; null for the store as a whole.")
ANNOPROJ_COLUMN(subject, dictionary, required, "", "Subject", "What is wrong: file, event, segment, counter, project, collaborator, stage, task, assignment, queue, data_unit, label, published_label, review, issue, time, outbox, label_version, user, dataset, ontology, tag, workflow_template, setting.")
ANNOPROJ_COLUMN(id, int64, nullable, "", "Id", "The task, label, stage, segment, event, label version or whatever else it concerns; of outbox the message's number.")
ANNOPROJ_COLUMN(found, utf8, required, "", "Found", "What the store says.")
ANNOPROJ_COLUMN(expected, utf8, required, "", "Expected", "What follows from the events.")
ANNOPROJ_ROW_END(check_row)

/* How much to check, and how much of it now. */
typedef struct annoproj_check_options {
    size_t size;
    const char *page ANNOPROJ_NULLABLE;  /* token of the slice before, from annoproj_table_next_page; NULL = begin */
    int64_t slice_us;                    /* end after about this long, with a token for the rest; 0 = all in one call */
    bool quick;                          /* SQLite's quick check instead of its full one, and no replay */
} annoproj_check_options;
#define ANNOPROJ_CHECK_OPTIONS_INIT { sizeof(annoproj_check_options), NULL, 0, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_check_options_init(annoproj_check_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Checks the file, the checksums of every segment, and replays the events: counters, stages, what tasks, branches and issues carry,
 * assignments, skips, published labels, label reviews, collaborators, users, attached datasets, tags, messages that wait and reported time must
 * follow from them; features and stages must be those of the ontology's and the workflow's documents; label versions must have the
 * contents they name. Returns every difference (of SQLite's own check of the file at most 100 lines); no row = sound.
 *
 * Does not compare what no second place of the store tells: titles, names, UUIDs and other texts outside of documents,
 * data units but for their titles and types, where an issue is anchored, which way of a router a task took, and in which epoch; the content of
 * labels (but for approved ones in their review stage, and for what a label version remembers), the frames and answers that were
 * published; whose branches labels on text, audio and time series came from where a project does not count them; time, where a
 * project was purged, beyond what is told elsewhere; acknowledged messages, and how often one was fetched; whose the label version of a
 * branch is; the number of a stage that no edge leads to and no task has been in; last signs of work, heartbeats, request keys; when the store
 * was made, and how many commits there were.
 *
 * In slices it finds the same as in one call: a slice ends behind the table or project it is at, so that
 * none takes much longer than its largest; the first reads the file's pages as a whole. Each table and project is looked
 * at in one snapshot, and everybody goes on working. Progress is in such pieces. INVALID when `page` is no token of a check
 * with these options. Rights: store_check. */
ANNOPROJ_API annoproj_status annoproj_store_check(annoproj_session *session, const annoproj_check_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(check_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

typedef struct annoproj_backup_options {
    size_t size;
    bool replace;                    /* a file that is there already makes room, at the moment the backup is whole */
} annoproj_backup_options;
#define ANNOPROJ_BACKUP_OPTIONS_INIT { sizeof(annoproj_backup_options), false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_backup_options_init(annoproj_backup_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(backup_row, "A backup that was made and verified")
ANNOPROJ_COLUMN(path, utf8, required, "", "Path", "Absolute path of the backup.")
ANNOPROJ_COLUMN(file_bytes, int64, required, "bytes", "File size", "Size of the backup.")
ANNOPROJ_COLUMN(commit_seq, int64, required, "", "Commits", "The backup has everything up to this commit and nothing after it; read from the backup.")
ANNOPROJ_COLUMN(schema_version, int64, required, "", "Schema version", "Version of the file format; read from the backup.")
ANNOPROJ_ROW_END(backup_row)

/* Copies the store to the file `path` while everybody goes on working: the state of one moment, which annoproj_store_open opens.
 * The copy is opened and checked, and gets its name only when it is whole, sound and on the disk; until then there is a
 * file `<path>-copy-XXXXXX` beside it. Its mode is 0600. Meanwhile the store's log cannot be shortened. Progress is in
 * pages. Give large stores the time they need: the default is 30 seconds. EXISTS when there is a file (unless
 * `replace`), NOT_FOUND when the folder is missing, READONLY when it cannot be written, INVALID when `path` is the store
 * itself, STATE when a store is open at `path` (a log lies beside it), CORRUPT when the copy is not sound. Rights:
 * store_backup. */
ANNOPROJ_API annoproj_status annoproj_store_backup(annoproj_session *session, const char *path, const annoproj_backup_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(backup_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(compact_row, "What a compaction gained")
ANNOPROJ_COLUMN(before_bytes, int64, required, "bytes", "Before", "Size of the store before.")
ANNOPROJ_COLUMN(after_bytes, int64, required, "bytes", "After", "Size of the store after.")
ANNOPROJ_COLUMN(free_bytes, int64, required, "bytes", "Was free", "How much of it was unused pages; what was gained beyond that comes from filling pages better.")
ANNOPROJ_COLUMN(folded, bool, required, "", "Folded", "False when a reader still needed the old state: the file on the disk shrinks when it is done, with the next commits.")
ANNOPROJ_ROW_END(compact_row)

/* Writes the store anew without unused pages, and gives them back to the disk; what was deleted is gone from the file then, too. Readers go
 * on with their snapshots, writers of all processes wait. Needs twice the store's size on its disk. All or nothing; deadline and
 * cancel are heard; no progress is told, since it runs under the write lock. Give large stores time. FULL: nothing was
 * changed. CORRUPT when the new file is not sound. Rights: store_compact. */
ANNOPROJ_API annoproj_status annoproj_store_compact(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(compact_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* What a project can be set to, and what the store gives to projects that do not say otherwise. On and off are 1 and 0. */
enum annoproj_setting_values {
    ANNOPROJ_SETTING_IDLE_LIMIT_US = 1,          /* longest gap between heartbeats that counts; 60 seconds, at most 30 days */
    ANNOPROJ_SETTING_TIME_WINDOW_US = 2,         /* how old reported time may be; 30 days, at most 3,660 */
    ANNOPROJ_SETTING_SELF_RELEASE = 3,           /* collaborators may give back tasks they took themselves; on */
    ANNOPROJ_SETTING_STRICT_STATUS = 4,          /* tickets do not open paused, completed or cancelled projects; off */
    ANNOPROJ_SETTING_COUNT_TEXT_AND_AUDIO = 5,   /* label reports include text, HTML, audio and time series; off */
    ANNOPROJ_SETTING_OUTBOX_ISSUES = 6,          /* the outbox tells of issues, too; off */
    ANNOPROJ_SETTING_OUTBOX_STATUS = 7,          /* the outbox tells of the project's status, too; off */
    ANNOPROJ_SETTING_OUTBOX_LIMIT = 8            /* messages the outbox keeps; 1,000,000, at most 10,000,000: the oldest make room */
};
typedef int32_t annoproj_setting;

ANNOPROJ_ROW(setting_row, "A setting and its value")
ANNOPROJ_COLUMN(setting, int64, required, "", "Setting", "Value of annoproj_setting.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Name", "Its name in lower case.")
ANNOPROJ_COLUMN(value, int64, required, "", "Value", "What it is now; 1 and 0 for on and off.")
ANNOPROJ_COLUMN(standard, int64, required, "", "Standard", "What it is when nobody ever set it.")
ANNOPROJ_COLUMN(least, int64, required, "", "Least", "Smallest value it may have.")
ANNOPROJ_COLUMN(most, int64, required, "", "Most", "Largest value it may have.")
ANNOPROJ_COLUMN(unit, utf8, required, "", "Unit", "us for microseconds, else empty.")
ANNOPROJ_ROW_END(setting_row)

/* What projects are made with when their options do not say otherwise. Rights: any session. */
ANNOPROJ_API annoproj_status annoproj_store_settings(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(setting_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Changes one of them, for projects made from now on: those that are there keep what they have. INVALID when the value is
 * outside its range. Rights: store_settings. */
ANNOPROJ_API annoproj_status annoproj_store_setting_set(annoproj_session *session, annoproj_setting setting ANNOPROJ_ENUM(annoproj_setting), int64_t value, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Users ============================================================================ */

enum annoproj_org_role_values {
    ANNOPROJ_ORG_MEMBER = 1,
    ANNOPROJ_ORG_ADMIN = 2
};
typedef int32_t annoproj_org_role;

ANNOPROJ_ROW(user_row, "A user")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(email, utf8, required, "", "E-mail", "Unique, lower case.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Name", "Name for display.")
ANNOPROJ_COLUMN(org_role, dictionary, required, "", "Role", "member or admin.")
ANNOPROJ_COLUMN(disabled, bool, required, "", "Disabled", "Disabled users keep their figures and can do nothing.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When the user was created.")
ANNOPROJ_COLUMN(erased, bool, required, "", "Erased", "E-mail and name are \"erased user N\", N the number.")
ANNOPROJ_ROW_END(user_row)

/* Makes a user. EXISTS when the e-mail is taken, INVALID when it begins with "erased user ". Rights: user_manage. */
ANNOPROJ_API annoproj_status annoproj_user_create(annoproj_session *session, const char *email, const char *name, annoproj_org_role org_role ANNOPROJ_ENUM(annoproj_org_role), const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *user ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Changes a user's name and org role. NOT_FOUND; STATE when the last org admin would be lost, and for an erased user. Rights:
 * user_manage. */
ANNOPROJ_API annoproj_status annoproj_user_update(annoproj_session *session, int64_t user, const char *name, annoproj_org_role org_role ANNOPROJ_ENUM(annoproj_org_role), const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Disables a user: sessions of the user fail with STATE, tasks are released. The last admin of a project may be disabled, too (leaving
 * and demotion are refused): the others go on working there, the user is admin again when enabled, and until then an org admin
 * becomes one by annoproj_project_join, or the host makes one by annoproj_collaborator_add or annoproj_collaborator_set_role.
 * NOT_FOUND; STATE for the last org admin; disabling a disabled user is OK. Rights: user_manage. */
ANNOPROJ_API annoproj_status annoproj_user_disable(annoproj_session *session, int64_t user, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Enables a disabled user; tasks that were released stay so. NOT_FOUND; STATE for an erased user. Rights: user_manage. */
ANNOPROJ_API annoproj_status annoproj_user_enable(annoproj_session *session, int64_t user, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Erases a user (privacy): name and e-mail become "erased user N", here and in workflow documents and templates that name the user as a
 * member; the user is disabled for ever, tasks are released. The number stays, and with it labels, events and all figures; whatever
 * is written from now on (reports, exports, versions, bodies of the outbox) shows the new name. What the user wrote stays as it is:
 * comments, titles, labels. The old name is overwritten in the file's pages; of its write-ahead log it is gone after
 * the next annoproj_store_compact (or after annoproj_store_close by the last process that has the store open), of backups never: make new
 * ones. Of projects whose last admin was erased annoproj_user_disable says who gives them another. Erasing an erased user is OK. NOT_FOUND; STATE for the last org admin. Rights: user_manage. */
ANNOPROJ_API annoproj_status annoproj_user_erase(annoproj_session *session, int64_t user, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* One user. NOT_FOUND. Rights: user_list. */
ANNOPROJ_API annoproj_status annoproj_user_get(annoproj_session *session, int64_t user, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(user_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Several users, in the order asked. NOT_FOUND names the first that is missing. Rights: user_list. */
ANNOPROJ_API annoproj_status annoproj_users_get(annoproj_session *session, const int64_t *users ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(user_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* All users, by e-mail. Rights: user_list. */
ANNOPROJ_API annoproj_status annoproj_user_list(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(user_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Datasets and data units ========================================================== */

enum annoproj_data_type_values {
    ANNOPROJ_DATA_IMAGE = 1,
    ANNOPROJ_DATA_IMG_GROUP = 2,
    ANNOPROJ_DATA_VIDEO = 3,
    ANNOPROJ_DATA_DICOM = 4,
    ANNOPROJ_DATA_DICOM_STUDY = 5,
    ANNOPROJ_DATA_NIFTI = 6,
    ANNOPROJ_DATA_AUDIO = 7,
    ANNOPROJ_DATA_PLAIN_TEXT = 8,
    ANNOPROJ_DATA_PDF = 9,
    ANNOPROJ_DATA_GROUP = 10,
    ANNOPROJ_DATA_SCENE = 11,
    ANNOPROJ_DATA_TIME_SERIES = 12
};
typedef int32_t annoproj_data_type;

ANNOPROJ_ROW(dataset_row, "A dataset")
ANNOPROJ_COLUMN(dataset, int64, required, "", "Dataset", "Id of the dataset.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title of the dataset.")
ANNOPROJ_COLUMN(description, utf8, required, "", "Description", "Description, may be empty.")
ANNOPROJ_COLUMN(creator, int64, required, "", "Creator", "User who made it; 0 = the host.")
ANNOPROJ_COLUMN(data_units, int64, required, "", "Data units", "Number of data units.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was made.")
ANNOPROJ_ROW_END(dataset_row)

ANNOPROJ_ROW(data_unit_row, "A data unit")
ANNOPROJ_COLUMN(data_unit, int64, required, "", "Data unit", "Id of the data unit.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store (data_hash).")
ANNOPROJ_COLUMN(dataset, int64, required, "", "Dataset", "Dataset it belongs to.")
ANNOPROJ_COLUMN(title, utf8, required, "", "File name", "File name.")
ANNOPROJ_COLUMN(data_type, dictionary, required, "", "Data type", "image, img_group, video, dicom, dicom_study, nifti, audio, plain_text, pdf, group, scene or time_series.")
ANNOPROJ_COLUMN(media_type, utf8, required, "", "Media type", "MIME type.")
ANNOPROJ_COLUMN(link, utf8, required, "", "Link", "Where the file is; never opened by the library.")
ANNOPROJ_COLUMN(width, int64, nullable, "pixels", "Width", "Width.")
ANNOPROJ_COLUMN(height, int64, nullable, "pixels", "Height", "Height.")
ANNOPROJ_COLUMN(frames, int64, required, "", "Frames", "Number of frames; 1 for an image.")
ANNOPROJ_COLUMN(fps, double, nullable, "1/s", "Frames per second", "For videos.")
ANNOPROJ_COLUMN(duration, double, nullable, "s", "Duration", "For videos, audio and time series.")
ANNOPROJ_COLUMN(file_bytes, int64, nullable, "bytes", "File size", "Size of the file.")
ANNOPROJ_COLUMN(client_metadata, utf8, nullable, "", "Client metadata", "JSON object of the host's own.")
ANNOPROJ_ROW_END(data_unit_row)

/* Makes a dataset. Rights: dataset_create. */
ANNOPROJ_API annoproj_status annoproj_dataset_create(annoproj_session *session, const char *title, const char *description ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *dataset ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* One dataset. NOT_FOUND. Rights: one's own, those of one's projects (for admins of a project also those it had once); org admins and host
 * all. */
ANNOPROJ_API annoproj_status annoproj_dataset_get(annoproj_session *session, int64_t dataset, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(dataset_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Several datasets, in the order asked. NOT_FOUND names the first that is missing. Rights: as annoproj_dataset_get. */
ANNOPROJ_API annoproj_status annoproj_datasets_get(annoproj_session *session, const int64_t *datasets ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(dataset_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* All datasets the session may see, by title. Rights: as annoproj_dataset_get. */
ANNOPROJ_API annoproj_status annoproj_dataset_list(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(dataset_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Data units to be added, as parallel flat arrays. Text i of a field is text[offsets[i] .. offsets[i+1]); a NULL
 * array means the field's default for all: image, media type by data type, empty link, unknown size, 1 frame. */
typedef struct annoproj_data_units {
    size_t size;
    size_t count;
    const char *text ANNOPROJ_LEN(text_length);
    size_t text_length;
    const int64_t *title_offsets ANNOPROJ_LEN(count+1);
    const int32_t *data_types ANNOPROJ_LEN(count) ANNOPROJ_ENUM(annoproj_data_type) ANNOPROJ_NULLABLE;
    const int64_t *media_type_offsets ANNOPROJ_LEN(count+1) ANNOPROJ_NULLABLE;
    const int64_t *link_offsets ANNOPROJ_LEN(count+1) ANNOPROJ_NULLABLE;
    const int64_t *client_metadata_offsets ANNOPROJ_LEN(count+1) ANNOPROJ_NULLABLE; /* empty = none */
    const int64_t *widths ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;                 /* pixels, 1 to 2^20; 0 = unknown */
    const int64_t *heights ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;                /* as the widths */
    const int64_t *frames ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;                 /* 1 to 2^31 - 1; 0 = 1 */
    const double *fps ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;                     /* below 10^9; 0 = unknown */
    const double *durations ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;               /* seconds, below 10^12; 0 = unknown */
    const int64_t *file_bytes ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;             /* 0 = unknown */
} annoproj_data_units;
#define ANNOPROJ_DATA_UNITS_INIT { sizeof(annoproj_data_units), 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_data_units_init(annoproj_data_units *data_units ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Adds data units to a dataset in one transaction; projects that the dataset is attached to, archived and deleted ones too, get one task for each in
 * their first stage. `*first` is the id of the first, the others follow. NOT_FOUND, DATA (client metadata that is no JSON
 * object), STATE (a group, where one of those projects begins with a consensus of kind `determine`), LIMIT (over 10 million).
 * Rights: dataset_change. */
ANNOPROJ_API annoproj_status annoproj_data_units_add(annoproj_session *session, int64_t dataset, const annoproj_data_units *data_units, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *first ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Which page of a list. */
typedef struct annoproj_page_options {
    size_t size;
    const char *page ANNOPROJ_NULLABLE;      /* token from annoproj_table_next_page; NULL = first page */
    int64_t limit;                           /* rows of a page; 0 = 1,000; at most 10,000 */
} annoproj_page_options;
#define ANNOPROJ_PAGE_OPTIONS_INIT { sizeof(annoproj_page_options), NULL, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_page_options_init(annoproj_page_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* One data unit. NOT_FOUND. Rights: as annoproj_dataset_get. */
ANNOPROJ_API annoproj_status annoproj_data_unit_get(annoproj_session *session, int64_t data_unit, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(data_unit_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Several data units, in the order asked. NOT_FOUND names the first that is missing. Rights: as annoproj_dataset_get. */
ANNOPROJ_API annoproj_status annoproj_data_units_get(annoproj_session *session, const int64_t *data_units ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(data_unit_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* A page of a dataset's data units, by id. NOT_FOUND. Rights: as annoproj_dataset_get. */
ANNOPROJ_API annoproj_status annoproj_data_unit_list(annoproj_session *session, int64_t dataset, const annoproj_page_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(data_unit_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Ontologies =======================================================================
 * An ontology is a JSON document. Objects are drawn, classifications are about frames, ranges or the whole data unit; both are classes:
 *   {"objects": [
 *     {"id": "1", "featureNodeHash": "objCar01", "name": "Car", "color": "#D33115", "shape": "bounding_box", "attributes": [
 *       {"id": "1.1", "featureNodeHash": "attCol01", "name": "Colour", "type": "radio", "required": true, "options": [
 *         {"id": "1.1.1", "featureNodeHash": "optRed01", "label": "Red", "value": "red"},
 *         {"id": "1.1.2", "featureNodeHash": "optOth01", "label": "Other", "value": "other", "options": [
 *           {"id": "1.1.2.1", "featureNodeHash": "attWhi01", "name": "Which", "type": "text"}]}]},
 *       {"id": "1.2", "featureNodeHash": "attLig01", "name": "Lights", "type": "checklist", "dynamic": true, "options": [
 *         {"id": "1.2.1", "featureNodeHash": "optFro01", "label": "Front"}]}]}],
 *    "classifications": [
 *     {"id": "2", "featureNodeHash": "claWea01", "attributes": [
 *       {"id": "2.1", "featureNodeHash": "attTem01", "name": "Temperature", "type": "numeric"}]}]}
 * "featureNodeHash" is the name of an entry outside the store, unique in the document; "id" is unique among the entries beside it; both are
 * texts of up to 64 bytes. A "shape" is bounding_box, rotatable_bounding_box, circle, ellipse, polygon, polyline, point, skeleton, bitmask,
 * cuboid_2d, cuboid, segmentation, audio, time_range or text; a "type" radio (one option), checklist (any number), text or numeric. A
 * classification has exactly one attribute, whose name is its own; with "level": "global" its labels have no frames or ranges. "options" of a
 * radio option are attributes that are asked for where it is chosen. "dynamic" is for attributes right under an object: their answers may
 * change by frame. "required" (attributes, objects; false) keeps a task from being submitted without the answer, or without a label of the
 * class, of a classification when its attribute is required; "archived" (any entry; false) keeps the entry for what has it, and out of new
 * labels. "skeleton_templates" holds {"template": {"name", "feature_node_hash", "skeleton": {<any key>: {"name", "featureHash", "value",
 * "color"}}}} with the vertices of a skeleton class in their order. Other members are kept and mean nothing. There are up to 10,000 classes,
 * 100,000 entries, and attributes nested 16 deep. */

ANNOPROJ_ROW(ontology_row, "An ontology")
ANNOPROJ_COLUMN(ontology, int64, required, "", "Ontology", "Id of the ontology.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title of the ontology.")
ANNOPROJ_COLUMN(creator, int64, required, "", "Creator", "User who made it; 0 = the host.")
ANNOPROJ_COLUMN(features, int64, required, "", "Features", "Entries of any kind, archived ones included.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was made.")
ANNOPROJ_COLUMN(edited, timestamp_us, required, "", "Edited", "When it was last changed.")
ANNOPROJ_ROW_END(ontology_row)

ANNOPROJ_ROW(feature_row, "An entry of an ontology: a class, an attribute or an option")
ANNOPROJ_COLUMN(feature, int64, required, "", "Feature", "Number in the ontology, dense from 1, never reused.")
ANNOPROJ_COLUMN(feature_hash, utf8, required, "", "Feature hash", "featureNodeHash.")
ANNOPROJ_COLUMN(kind, dictionary, required, "", "Kind", "object, classification, attribute or option.")
ANNOPROJ_COLUMN(type, dictionary, required, "", "Type", "Shape of an object, type of an attribute, else empty.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Name", "Name or label.")
ANNOPROJ_COLUMN(parent, int64, nullable, "", "Parent", "Feature it stands under.")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Object or classification it belongs to; itself for a class.")
ANNOPROJ_COLUMN(required, bool, required, "", "Required", "Whether an answer is required.")
ANNOPROJ_COLUMN(dynamic, bool, required, "", "Dynamic", "Whether the answer may change by frame.")
ANNOPROJ_COLUMN(archived, bool, required, "", "Archived", "Archived entries are kept for what uses them.")
ANNOPROJ_COLUMN(global, bool, required, "", "Global", "Whether it is a classification of whole data units only (level \"global\").")
ANNOPROJ_ROW_END(feature_row)

ANNOPROJ_ROW(vertex_row, "A vertex of a skeleton class, as its template has it")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Feature of the class.")
ANNOPROJ_COLUMN(vertex, int64, required, "", "Vertex", "Place among the vertices of the class, from 0: the order of a label's numbers.")
ANNOPROJ_COLUMN(feature_hash, utf8, required, "", "Feature hash", "featureHash of the vertex; empty where the template has none.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Name", "Name, unique in the class.")
ANNOPROJ_COLUMN(value, utf8, required, "", "Value", "Its value; empty where the template has none.")
ANNOPROJ_COLUMN(color, utf8, required, "", "Colour", "Its colour; empty where the template has none.")
ANNOPROJ_ROW_END(vertex_row)

/* Makes an ontology from its JSON structure (objects, classifications, skeleton_templates). Unknown members are kept. The vertices of
 * a skeleton class are those of the template whose feature_node_hash is the hash of the class, else of the one with its name. DATA:
 * the details list up to 100 faults with byte offset and JSON pointer. LIMIT when it has too many entries or levels. Rights: ontology_create. */
ANNOPROJ_API annoproj_status annoproj_ontology_create(annoproj_session *session, const char *title, const char *json, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *ontology ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Replaces the structure. While a project uses the ontology, entries that are missing from `json` are archived instead
 * of removed, skeleton templates are kept, and an entry may not change its shape, type, level or place, nor a skeleton the order
 * of its vertices (STATE). NOT_FOUND; DATA and LIMIT as annoproj_ontology_create. Rights: ontology_change. */
ANNOPROJ_API annoproj_status annoproj_ontology_update(annoproj_session *session, int64_t ontology, const char *json, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The structure as JSON. NOT_FOUND. Rights: one's own, those of one's projects; org admins and host all. */
ANNOPROJ_API annoproj_status annoproj_ontology_json(annoproj_session *session, int64_t ontology, const annoproj_call *call ANNOPROJ_NULLABLE, char **json ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The entries of an ontology, by number. NOT_FOUND. Rights: as annoproj_ontology_json. */
ANNOPROJ_API annoproj_status annoproj_ontology_features(annoproj_session *session, int64_t ontology, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(feature_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The vertices of the skeleton classes of an ontology, by class and place. NOT_FOUND. Rights: as annoproj_ontology_json. */
ANNOPROJ_API annoproj_status annoproj_ontology_vertices(annoproj_session *session, int64_t ontology, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(vertex_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* All ontologies the session may see, by title. Rights: as annoproj_ontology_json. */
ANNOPROJ_API annoproj_status annoproj_ontology_list(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(ontology_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Tags of projects =================================================================
 * The organisation keeps one list of tags; projects carry any of them, and lists of projects are filtered by them. */

ANNOPROJ_ROW(tag_row, "A tag for projects or for issues")
ANNOPROJ_COLUMN(tag, int64, required, "", "Tag", "Id of the tag; never given again.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Name", "Unique among those of its list that are not deleted.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was made.")
ANNOPROJ_COLUMN(deleted, bool, required, "", "Deleted", "Deleted tags are kept for the events and issues that name them.")
ANNOPROJ_ROW_END(tag_row)

/* Makes a tag of at most 128 bytes. EXISTS when the name is taken, LIMIT when there are 10,000. Rights: tag_manage. */
ANNOPROJ_API annoproj_status annoproj_tag_create(annoproj_session *session, const char *name, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *tag ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Gives a tag another name, wherever it is shown. NOT_FOUND, EXISTS. Rights: tag_manage. */
ANNOPROJ_API annoproj_status annoproj_tag_rename(annoproj_session *session, int64_t tag, const char *name, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Deletes a tag and takes it off every project; past events still name it. NOT_FOUND. Rights: tag_manage. */
ANNOPROJ_API annoproj_status annoproj_tag_delete(annoproj_session *session, int64_t tag, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Which of a list's things that may have been deleted. */
enum annoproj_deleted_values {
    ANNOPROJ_DELETED_HIDDEN = 0,
    ANNOPROJ_DELETED_ONLY = 1,
    ANNOPROJ_DELETED_ALSO = 2
};
typedef int32_t annoproj_deleted;

/* Which tags. */
typedef struct annoproj_tag_list_options {
    size_t size;
    annoproj_deleted deleted ANNOPROJ_ENUM(annoproj_deleted);
    int32_t reserved;
} annoproj_tag_list_options;
#define ANNOPROJ_TAG_LIST_OPTIONS_INIT { sizeof(annoproj_tag_list_options), 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_tag_list_options_init(annoproj_tag_list_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* The tags, by name. Rights: any session. */
ANNOPROJ_API annoproj_status annoproj_tag_list(annoproj_session *session, const annoproj_tag_list_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(tag_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Projects =========================================================================
 * A workflow is a JSON document:
 *   {"start": "annotate", "stages": [
 *     {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},
 *     {"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"}},
 *     {"key": "complete", "type": "DONE", "title": "Complete"}]}
 * Settings of a stage ("settings": {...}), with their defaults: "members" (array of e-mails; absent = all eligible),
 * "hide_unassigned" false, "allow_reassessment" false, "require_complete_labels" true, "webhook" false (annotation);
 * "hide_unassigned" false, "reviewer_not_submitter" false, "strict_review" true, "reassign_rejected_to_submitter" true
 * (review); "archive" false, "webhook" false (done; a webhook of complete stages only). A CONSENSUS_ANNOTATION stage has those of an annotation stage and
 * "annotators" 2 (up to 100), a CONSENSUS_REVIEW stage "members", "hide_unassigned", "reviewer_not_submitter" and "consensus" "determine" (a
 * branch is taken as a whole), or "refine" (single labels, too). Admins and team managers are always members. "reviewer_not_submitter" keeps a
 * review from whoever made the last submit; when that was a consensus, from everybody whose branch went into the task; a consensus review from
 * everybody who submitted a branch.
 * "assignment_ttl" 0 (annotation, review, consensus, agent): seconds without a sign of work, up to ten years, after which a task is
 * free again that somebody took; 0 = never. An edit holds at once, also for what is assigned; where there was none, the time begins with it.
 * An AGENT stage has "pathways" instead of edges, [{"key": "ok", "title": "OK", "to": "review"}, ...], along which an admin,
 * team manager or the host sends its tasks. No task rests in a router; it sends each on at once:
 *   PERCENTAGE_ROUTER: every pathway has a "percentage", a fraction with up to 6 decimals; they sum to 1. Each new
 *     task takes the pathway that is furthest behind its share, so that the split is exact at every moment and none is ever
 *     a whole task ahead. A task that comes again keeps its pathway until the percentages change.
 *   USER_ROUTER: every pathway has "users" (e-mails); who actioned the task decides; others go along the edge "default".
 *   METADATA_ROUTER: every pathway has a "rule", and the first that holds decides, else the edge "default":
 *     {"data_type": ["image"], "dataset": ["<uuid>"], "title": "<pattern>", "metadata": {"site": ["a", "b"]}}; all conditions
 *     must hold, of a list one value; metadata are plain top-level members of the data unit's client metadata, and an empty
 *     list asks only that the member is there. A pattern that takes too many steps on a title makes the action that leads
 *     there LIMIT.
 * A CONSENSUS_ANNOTATION stage and its CONSENSUS_REVIEW stage belong together: edge "submit" of the first leads to the second, whose
 * edge "reject" leads back; nothing else leads to the review.
 * The stage named by "start" is an ANNOTATION, CONSENSUS_ANNOTATION or AGENT stage. There are up to 64 stages, and 256 pathways of
 * one; keys have up to 64 bytes, and a title that is left out is the key. A project takes 65,535 stages over its life, deleted ones
 * included. Other members are kept and mean nothing. */

enum annoproj_project_status_values {
    ANNOPROJ_PROJECT_NOT_STARTED = 1,
    ANNOPROJ_PROJECT_IN_PROGRESS = 2,
    ANNOPROJ_PROJECT_IN_REVIEW = 3,
    ANNOPROJ_PROJECT_PAUSED = 4,
    ANNOPROJ_PROJECT_COMPLETED = 5,
    ANNOPROJ_PROJECT_CANCELLED = 6,
    ANNOPROJ_PROJECT_ARCHIVED = 7
};
typedef int32_t annoproj_project_status;

enum annoproj_role_values {
    ANNOPROJ_ROLE_ADMIN = 1,
    ANNOPROJ_ROLE_TEAM_MANAGER = 2,
    ANNOPROJ_ROLE_REVIEWER = 3,
    ANNOPROJ_ROLE_ANNOTATOR = 4,
    ANNOPROJ_ROLE_ANNOTATOR_REVIEWER = 5
};
typedef int32_t annoproj_role;

ANNOPROJ_ROW(project_row, "A project")
ANNOPROJ_COLUMN(project, int64, required, "", "Project", "Id of the project.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title.")
ANNOPROJ_COLUMN(description, utf8, required, "", "Description", "Description, may be empty.")
ANNOPROJ_COLUMN(owner, int64, required, "", "Owner", "User who owns it; 0 = the host.")
ANNOPROJ_COLUMN(owner_email, utf8, nullable, "", "Owner e-mail", "Null for the host.")
ANNOPROJ_COLUMN(status, dictionary, required, "", "Status", "not_started, in_progress, in_review, paused, completed, cancelled or archived.")
ANNOPROJ_COLUMN(ontology, int64, required, "", "Ontology", "Id of its ontology.")
ANNOPROJ_COLUMN(role, dictionary, nullable, "", "Role", "The session's role in it; null for the host and for org admins who did not join.")
ANNOPROJ_COLUMN(tasks, int64, required, "", "Tasks", "Tasks, removed ones not counted.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was made.")
ANNOPROJ_COLUMN(edited, timestamp_us, required, "", "Edited", "When its settings were last changed.")
ANNOPROJ_COLUMN(tags, utf8_list, required, "", "Tags", "Names of its tags, sorted.")
ANNOPROJ_COLUMN(instructions, utf8, required, "", "Annotation instructions", "Link to them, may be empty.")
ANNOPROJ_COLUMN(deleted, timestamp_us, nullable, "", "Deleted", "When it was deleted; null for projects that are not.")
ANNOPROJ_ROW_END(project_row)

/* On, off, or what the store says. */
enum annoproj_choice_values {
    ANNOPROJ_CHOICE_STORE = 0,
    ANNOPROJ_CHOICE_ON = 1,
    ANNOPROJ_CHOICE_OFF = 2
};
typedef int32_t annoproj_choice;

typedef struct annoproj_project_options {
    size_t size;
    const char *description ANNOPROJ_NULLABLE;
    int64_t idle_limit_us;                   /* the settings above; 0 = the store's */
    int64_t time_window_us;
    int64_t outbox_limit;
    int64_t workflow_template;               /* annoproj_project_create: copy this one, and give no document; 0 = none */
    annoproj_choice self_release ANNOPROJ_ENUM(annoproj_choice);
    annoproj_choice strict_status ANNOPROJ_ENUM(annoproj_choice);
    annoproj_choice count_text_and_audio ANNOPROJ_ENUM(annoproj_choice);
    annoproj_choice outbox_issues ANNOPROJ_ENUM(annoproj_choice);
    annoproj_choice outbox_status ANNOPROJ_ENUM(annoproj_choice);
    int32_t reserved;
} annoproj_project_options;
#define ANNOPROJ_PROJECT_OPTIONS_INIT { sizeof(annoproj_project_options), NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_project_options_init(annoproj_project_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Makes a project; its creator becomes admin. `workflow` is the document above, NULL with option workflow_template. DATA: the
 * details list up to 100 faults, with the stage and the rule it breaks, byte offset and JSON pointer; what each stage says comes before what they
 * are to each other, and that before the graph. LIMIT says of what there is too much. NOT_FOUND when there is no such ontology
 * or template. Rights: project_create. */
ANNOPROJ_API annoproj_status annoproj_project_create(annoproj_session *session, const char *title, int64_t ontology, const char *workflow ANNOPROJ_NULLABLE, const annoproj_project_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_project **project ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_project_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* A handle for project `id`. NOT_FOUND. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_project_open(annoproj_session *session, int64_t id, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_project **project ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_project_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Closes a project handle. NULL is fine. */
ANNOPROJ_API void annoproj_project_close(annoproj_project *project ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* Id of the project; 0 for NULL. */
ANNOPROJ_API int64_t annoproj_project_id(const annoproj_project *project ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* The project's facts. NOT_FOUND when it is gone. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_project_get(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(project_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Several projects, in the order asked. NOT_FOUND names the first that is missing. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_projects_get(annoproj_session *session, const int64_t *projects ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(project_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

enum annoproj_project_sort_values {
    ANNOPROJ_PROJECT_SORT_TITLE = 0,
    ANNOPROJ_PROJECT_SORT_CREATED = 1,
    ANNOPROJ_PROJECT_SORT_EDITED = 2
};
typedef int32_t annoproj_project_sort;

/* Which projects, and how. All conditions must hold; within a list one value is enough, and an empty list is no filter. */
typedef struct annoproj_project_list_options {
    size_t size;
    const char *page ANNOPROJ_NULLABLE;                                  /* token from annoproj_table_next_page; NULL = first page */
    int64_t limit;                                                       /* rows of a page; 0 = 1,000; at most 10,000 */
    const int64_t *owners ANNOPROJ_LEN(owner_count) ANNOPROJ_NULLABLE;   /* users; 0 = the host */
    size_t owner_count;
    const int64_t *tags ANNOPROJ_LEN(tag_count) ANNOPROJ_NULLABLE;       /* has one of them */
    size_t tag_count;
    const int32_t *statuses ANNOPROJ_LEN(status_count) ANNOPROJ_ENUM(annoproj_project_status) ANNOPROJ_NULLABLE;
    size_t status_count;
    const char *text ANNOPROJ_NULLABLE;                                  /* in title or description */
    int64_t created_after_us;                                            /* windows [after, before); 0 = open */
    int64_t created_before_us;
    int64_t edited_after_us;
    int64_t edited_before_us;
    annoproj_project_sort sort ANNOPROJ_ENUM(annoproj_project_sort);     /* ties by id */
    annoproj_deleted deleted ANNOPROJ_ENUM(annoproj_deleted);
    bool reverse;
    bool mine;                                                           /* only projects the session's user collaborates in */
} annoproj_project_list_options;
#define ANNOPROJ_PROJECT_LIST_OPTIONS_INIT { sizeof(annoproj_project_list_options), NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, 0, 0, 0, 0, 0, false, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_project_list_options_init(annoproj_project_list_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* A page of the projects the session may see: those it collaborates in; org admins and the host see all of the organisation, also
 * those without collaborators. Deleted projects are seen by those who can restore them, and by org admins. NOT_FOUND (owner,
 * tag). Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_project_list(annoproj_session *session, const annoproj_project_list_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(project_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Makes the session's user admin of a project of the organisation, whatever its role there was; also of a deleted one. INVALID for the
 * host, who needs no role; NOT_FOUND, LIMIT when the project has 10,000 collaborators. Rights: project_join. */
ANNOPROJ_API annoproj_status annoproj_project_join(annoproj_session *session, int64_t project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Replaces title, description and settings; a setting that is left out becomes what the store says now. Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_update(annoproj_project *project, const char *title, const annoproj_project_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The project's settings. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_project_settings(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(setting_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Changes one setting of the project; what was recorded before stays as it is. INVALID when the value is outside its range.
 * Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_setting_set(annoproj_project *project, annoproj_setting setting ANNOPROJ_ENUM(annoproj_setting), int64_t value, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Replaces the project's tags. NOT_FOUND names the first that is no tag, LIMIT for more than 1,000. Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_set_tags(annoproj_project *project, const int64_t *tags ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE, size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Makes an admin of the project its owner: the name it is found by, which gives no right. NOT_FOUND when the user is no
 * collaborator, STATE when no admin. Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_set_owner(annoproj_project *project, int64_t user, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Sets the link to the annotation instructions (a document or a video; never opened by the library); empty takes it away. Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_set_instructions(annoproj_project *project, const char *link, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Sets the layout of the label editor: a JSON document of the host's own, kept as it is to the byte; NULL takes it away. DATA when it
 * is no JSON, with pointer and byte. Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_set_editor_layout(annoproj_project *project, const char *json ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The layout of the label editor; empty when there is none. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_project_editor_layout(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, char **json ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

enum annoproj_copy_datasets_values {
    ANNOPROJ_COPY_DATASETS_NONE = 0,
    ANNOPROJ_COPY_DATASETS_ATTACH = 1,       /* the same datasets are attached */
    ANNOPROJ_COPY_DATASETS_CLONE = 2         /* new datasets with the same data units are */
};
typedef int32_t annoproj_copy_datasets;

/* States of labels, by the last review stage they were in. */
enum annoproj_review_state_values {
    ANNOPROJ_REVIEW_STATE_NONE = 1,          /* before any review */
    ANNOPROJ_REVIEW_STATE_NEW = 2,
    ANNOPROJ_REVIEW_STATE_APPROVED = 4,
    ANNOPROJ_REVIEW_STATE_REJECTED = 8,
    ANNOPROJ_REVIEW_STATE_RESOLVED = 16,
    ANNOPROJ_REVIEW_STATE_REOPENED = 32
};
typedef int32_t annoproj_review_state;

/* What comes along. Title, description, ontology, workflow, settings, editor layout and instructions always do, and so do the
 * source's admins. */
typedef struct annoproj_copy_options {
    size_t size;
    const char *label_hashes ANNOPROJ_NULLABLE;                              /* only labels with one of these hashes, separated by commas; NULL = any */
    annoproj_copy_datasets datasets ANNOPROJ_ENUM(annoproj_copy_datasets);
    annoproj_review_state review_states ANNOPROJ_FLAGS(annoproj_review_state); /* only labels in one of these states; 0 = any */
    bool labels;                                                             /* of the tasks that are there, drafts included; needs datasets */
    bool collaborators;                                                      /* all of them with their roles */
    bool tags;
} annoproj_copy_options;
#define ANNOPROJ_COPY_OPTIONS_INIT { sizeof(annoproj_copy_options), NULL, 0, 0, false, false, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_copy_options_init(annoproj_copy_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Makes a project from this one, in one transaction; the session's user owns it and becomes admin. All tasks start in the first stage;
 * labels are pre-labels there, under the same hashes, with who made them and when. Events, time, issues, reviews, versions,
 * assignees, priorities and status are not copied; the tags that issues may have are settings, and are. Cancel and deadline are heard; large projects take time, and no progress is told,
 * since it runs under the write lock. INVALID for labels without datasets and for what chooses labels without labels; DATA when
 * the workflow names users who are no more; STATE for group data as in annoproj_project_attach_dataset. Rights: project_copy, and project_create of the store; dataset_create for clones. */
ANNOPROJ_API annoproj_status annoproj_project_copy(annoproj_project *project, const char *title, const annoproj_copy_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_project **copy ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_project_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Deletes the project; `title` repeats its title as confirmation, else INVALID. It can be restored, and counts in figures of the
 * organisation, until it is purged. Meanwhile only its admins, org admins and the host see it, and nothing but its facts: all other
 * calls on it are STATE for its admins and the host, PERMISSION for org admins who are not admins of it (NOT_FOUND for its stages
 * and tasks), and NOT_FOUND for everybody else. Deleting a deleted project is OK. Rights: project_delete. */
ANNOPROJ_API annoproj_status annoproj_project_delete(annoproj_project *project, const char *title, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Brings a deleted project back as it was; OK when it is not deleted. NOT_FOUND when its purge has begun. Rights: restore. */
ANNOPROJ_API annoproj_status annoproj_project_restore(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* How large a step of a purge is. */
typedef struct annoproj_purge_options {
    size_t size;
    int64_t rows;                            /* stored rows to remove, about; 0 = 10,000; at most 1,000,000 */
} annoproj_purge_options;
#define ANNOPROJ_PURGE_OPTIONS_INIT { sizeof(annoproj_purge_options), 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_purge_options_init(annoproj_purge_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(purge_row, "What one step of a purge did, and what is left")
ANNOPROJ_COLUMN(removed, int64, required, "rows", "Removed", "Rows that this step removed.")
ANNOPROJ_COLUMN(tasks_left, int64, required, "tasks", "Tasks left", "Tasks that are still stored.")
ANNOPROJ_COLUMN(events_left, int64, required, "events", "Events left", "Events that are still stored.")
ANNOPROJ_COLUMN(done, bool, required, "", "Done", "Whether the project is gone.")
ANNOPROJ_ROW_END(purge_row)

/* One step of taking a deleted project out of the store for good: call it until `done`. The first step makes it irrevocable: from then
 * on nobody sees the project, and only this call works on it. Every step is one short transaction; between two of them anything may
 * happen, a crash as well. Its datasets and ontology stay; its number is never given again. What was removed can be found in the
 * file until annoproj_store_compact. STATE when the project is not deleted, NOT_FOUND when it is gone. Rights: purge. */
ANNOPROJ_API annoproj_status annoproj_project_purge(annoproj_project *project, const annoproj_purge_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(purge_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Sets the status. Paused, completed and cancelled close the project for annotators and reviewers, archived makes it
 * read-only for everyone. Rights: project_status; out of archived: admin. */
ANNOPROJ_API annoproj_status annoproj_project_set_status(annoproj_project *project, annoproj_project_status status ANNOPROJ_ENUM(annoproj_project_status), const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Attaches a dataset: one task for each data unit in the first stage; tasks that an earlier detach removed come back as
 * they were. EXISTS when it is attached, NOT_FOUND, STATE for a dataset with group data where the first stage leads to a consensus of kind
 * `determine`, LIMIT for the 65,536th dataset of a project. Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_attach_dataset(annoproj_project *project, int64_t dataset, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *tasks ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Detaches a dataset: its tasks are removed (restored by attaching again). NOT_FOUND when it is not attached. Rights:
 * settings. */
ANNOPROJ_API annoproj_status annoproj_project_detach_dataset(annoproj_project *project, int64_t dataset, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *tasks ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The datasets attached to a project, by title. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_project_datasets(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(dataset_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(tab_row, "A tab of a project and what the session may do there")
ANNOPROJ_COLUMN(tab, dictionary, required, "", "Tab", "summary, explore, queue, workflow, analytics or settings.")
ANNOPROJ_COLUMN(access, dictionary, required, "", "Access", "full, view, limited, own or none.")
ANNOPROJ_ROW_END(tab_row)

/* The tabs a user interface should show to this session. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_project_tabs(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(tab_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Workflow templates ===============================================================
 * A workflow document that the store keeps for projects to copy: a project made from it, or changed to it, has its own from then
 * on. Everybody sees all templates. */

ANNOPROJ_ROW(workflow_template_row, "A workflow template")
ANNOPROJ_COLUMN(workflow_template, int64, required, "", "Template", "Id of the template.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title.")
ANNOPROJ_COLUMN(creator, int64, required, "", "Creator", "User who made it; 0 = the host.")
ANNOPROJ_COLUMN(creator_email, utf8, nullable, "", "Creator e-mail", "Null for the host.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was made.")
ANNOPROJ_COLUMN(edited, timestamp_us, required, "", "Edited", "When it was last changed.")
ANNOPROJ_ROW_END(workflow_template_row)

/* Makes a template of a workflow document, checked as annoproj_project_create checks it: DATA and LIMIT as there; users that it names
 * must be in the store. Titles may repeat. Rights: workflow_template_create. */
ANNOPROJ_API annoproj_status annoproj_workflow_template_create(annoproj_session *session, const char *title, const char *workflow, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *workflow_template ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Replaces title and document; projects that copied it keep what they have. NOT_FOUND; else as annoproj_workflow_template_create. Rights:
 * workflow_template_change. */
ANNOPROJ_API annoproj_status annoproj_workflow_template_update(annoproj_session *session, int64_t workflow_template, const char *title, const char *workflow, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Deletes a template; projects that copied it keep what they have. NOT_FOUND. Rights: workflow_template_change. */
ANNOPROJ_API annoproj_status annoproj_workflow_template_delete(annoproj_session *session, int64_t workflow_template, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* One template. NOT_FOUND. Rights: any session. */
ANNOPROJ_API annoproj_status annoproj_workflow_template_get(annoproj_session *session, int64_t workflow_template, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(workflow_template_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Several templates, in the order asked. NOT_FOUND names the first that is missing. Rights: any session. */
ANNOPROJ_API annoproj_status annoproj_workflow_templates_get(annoproj_session *session, const int64_t *workflow_templates ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(workflow_template_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* All templates, by title. Rights: any session. */
ANNOPROJ_API annoproj_status annoproj_workflow_template_list(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(workflow_template_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The document of a template, as it was given. NOT_FOUND. Rights: any session. */
ANNOPROJ_API annoproj_status annoproj_workflow_template_json(annoproj_session *session, int64_t workflow_template, const annoproj_call *call ANNOPROJ_NULLABLE, char **json ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Changes the project's workflow to a template's document. NOT_FOUND (template); STATE and DATA as annoproj_workflow_update. Rights:
 * workflow_edit. */
ANNOPROJ_API annoproj_status annoproj_workflow_use_template(annoproj_project *project, int64_t workflow_template, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Collaborators ==================================================================== */

ANNOPROJ_ROW(collaborator_row, "A user with a role in a project")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(email, utf8, required, "", "E-mail", "E-mail of the user.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Name", "Name of the user.")
ANNOPROJ_COLUMN(role, dictionary, required, "", "Role", "admin, team_manager, reviewer, annotator or annotator_reviewer.")
ANNOPROJ_COLUMN(disabled, bool, required, "", "Disabled", "Whether the user is disabled.")
ANNOPROJ_ROW_END(collaborator_row)

/* Adds a collaborator; one who is there already keeps the role (OK). NOT_FOUND when there is no such user, STATE when
 * the user is disabled, LIMIT when the project has 10,000 collaborators. Rights: collaborator_add, for admins collaborator_add_admin. */
ANNOPROJ_API annoproj_status annoproj_collaborator_add(annoproj_project *project, int64_t user, annoproj_role role ANNOPROJ_ENUM(annoproj_role), const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Changes a collaborator's role; tasks in stages the new role does not fit are released. NOT_FOUND, STATE for the last
 * admin. Rights: collaborator_change, to or from admin collaborator_change_admin; nobody raises himself. */
ANNOPROJ_API annoproj_status annoproj_collaborator_set_role(annoproj_project *project, int64_t user, annoproj_role role ANNOPROJ_ENUM(annoproj_role), const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Removes a collaborator and releases the tasks. NOT_FOUND, STATE for the last admin. Rights: collaborator_change, for
 * admins collaborator_change_admin. */
ANNOPROJ_API annoproj_status annoproj_collaborator_remove(annoproj_project *project, int64_t user, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Leaves the project: as annoproj_collaborator_remove of oneself. INVALID for the host, NOT_FOUND when the session's user is no
 * collaborator, STATE for the last admin and when the project is archived. Rights: collaborator_leave. */
ANNOPROJ_API annoproj_status annoproj_collaborator_leave(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The collaborators, by e-mail. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_collaborator_list(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(collaborator_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Workflow stages ================================================================== */

/* A stage of a project's workflow, and the queue of the tasks in it. */
typedef struct annoproj_stage annoproj_stage;

ANNOPROJ_ROW(stage_row, "A stage of a project's workflow")
ANNOPROJ_COLUMN(stage, int64, required, "", "Stage", "Id of the stage.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(key, utf8, required, "", "Key", "Key in the workflow document.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title.")
ANNOPROJ_COLUMN(type, dictionary, required, "", "Type", "ANNOTATION, REVIEW, AGENT, CONSENSUS_ANNOTATION, CONSENSUS_REVIEW or DONE.")
ANNOPROJ_COLUMN(tasks, int64, required, "", "Tasks", "Tasks in the stage that the session's role counts: all, or one's own where unassigned ones are hidden; a task in consensus once, whichever of its branches the session sees.")
ANNOPROJ_ROW_END(stage_row)

/* The stages the session may see, in the order of the document, with their counts. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_stage_list(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(stage_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The workflow document. Rights: workflow_view. */
ANNOPROJ_API annoproj_status annoproj_workflow_json(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, char **json ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Changes the workflow while tasks are on their way: the new document keeps the stages with the same keys. Stages may be
 * added, renamed, rewired and get other settings; a stage that holds tasks (those of detached datasets, too), a complete
 * stage, a stage's type, whether it archives, the number of annotators, the kind and the halves of a consensus stay (STATE names stage and
 * reason). Other percentages begin the count of a
 * router anew; who belongs to a stage no more gives its tasks back. DATA and LIMIT as
 * annoproj_project_create. Rights: workflow_edit. */
ANNOPROJ_API annoproj_status annoproj_workflow_update(annoproj_project *project, const char *workflow, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The workflow as Graphviz DOT, with the number of tasks in each stage. Rights: workflow_view. */
ANNOPROJ_API annoproj_status annoproj_workflow_dot(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, char **dot ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The workflow as a Mermaid flowchart, with the number of tasks in each stage. Rights: workflow_view. */
ANNOPROJ_API annoproj_status annoproj_workflow_mermaid(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, char **mermaid ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The workflow as an SVG picture: stages as boxes with the number of tasks in each (data-stage, data-tasks). Rights: workflow_view. */
ANNOPROJ_API annoproj_status annoproj_workflow_svg(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, char **svg ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* A handle for the stage with that key. NOT_FOUND. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_stage_open(annoproj_project *project, const char *key, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_stage **stage ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_stage_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(pathway_row, "A pathway that leads out of an agent stage")
ANNOPROJ_COLUMN(key, utf8, required, "", "Key", "Key in the workflow document.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title.")
ANNOPROJ_COLUMN(stage_key, utf8, required, "", "Leads to", "Key of the stage it leads to; a router sends tasks on from there.")
ANNOPROJ_ROW_END(pathway_row)

/* The pathways of a stage, in the order of the document; only agent stages have some. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_stage_pathways(annoproj_stage *stage, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(pathway_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(layout_row, "A part of a queue as a user interface should show it")
ANNOPROJ_COLUMN(part, dictionary, required, "", "Part", "column, filter, sort or action.")
ANNOPROJ_COLUMN(key, utf8, required, "", "Key", "A column of task_row; a field of annoproj_task_list_options; a value of annoproj_task_sort in lower case; start, initiate, view, assign, release, priority, move or reopen.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Heading or caption.")
ANNOPROJ_ROW_END(layout_row)

/* How to show the queue of a stage to this session: columns, filters, orders and buttons, each in the order in which they stand. It
 * follows from the type of the stage (annotate, review, agent, complete) and from what the session's role holds: admins and team
 * managers see everything of a task; annotators its status and assignee; reviewers who actioned it last and where, and its
 * assignee. It does not follow from the status of the project or of tasks. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_stage_layout(annoproj_stage *stage, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(layout_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Closes a stage handle. NULL is fine. */
ANNOPROJ_API void annoproj_stage_close(annoproj_stage *stage ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* Id of the stage; 0 for NULL. */
ANNOPROJ_API int64_t annoproj_stage_id(const annoproj_stage *stage ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* ==== Section - Tasks and the queue ==============================================================
 * Order of a queue: priority descending, one's own tasks before unassigned ones at equal priority, then the time of
 * entering the stage, then id. An action or a label write by an eligible user on an unassigned task initiates it first;
 * on another's task it is CONFLICT, except for admins, team managers and the host.
 *
 * Where a stage has an "assignment_ttl", an assignment that a user took (start, initiate, an action or write on a free task) lapses when
 * the assignee has given no sign of work for so long: start or initiate, label write or decision, reported time (its end
 * counts), issue. Assignments by managers and returns after a reject do not. Nothing runs in the background: the next write that
 * meets it logs the lapse (event task_lapse, credited to the former assignee; derived status `released`) - a start of
 * anybody in the stage, up to 1,000 of them at once, or an action or write on the task. Until then lists, gets and counts
 * show the assignee. Drafts stay. What the former assignee does late takes the task again while nobody else has it, else it is
 * CONFLICT; a late report of time does so only for work within the time, and one of work that began in time shows that nothing lapsed. */

/* Why annoproj_stage_start_next found nothing. Where rules keep you from all that is left, it is the rule of the first. */
enum annoproj_queue_reason_values {
    ANNOPROJ_QUEUE_FOUND = 0,               /* a task was found */
    ANNOPROJ_QUEUE_EMPTY = 1,               /* the stage has no task */
    ANNOPROJ_QUEUE_ALL_ASSIGNED = 2,        /* all are assigned to others */
    ANNOPROJ_QUEUE_ONLY_SKIPPED = 3,        /* only tasks you skipped (include_skipped starts them) */
    ANNOPROJ_QUEUE_NONE_ASSIGNED_TO_YOU = 4,/* the stage hides unassigned tasks */
    ANNOPROJ_QUEUE_SUBMITTED_BY_YOU = 5,    /* reviewer_not_submitter is on and you submitted it */
    ANNOPROJ_QUEUE_WORKED_ON_BY_YOU = 6,    /* allow_reassessment is off and you worked on it in another annotate stage */
    ANNOPROJ_QUEUE_NOT_MEMBER = 7,          /* you are no member of the stage */
    ANNOPROJ_QUEUE_PROJECT_STATUS = 8,      /* the project is paused, completed, cancelled or archived */
    ANNOPROJ_QUEUE_FINISHED_STAGE = 9,      /* nothing is started in a done stage */
    ANNOPROJ_QUEUE_HAS_BRANCH = 10          /* consensus: you have, or submitted, another branch of its task */
};
typedef int32_t annoproj_queue_reason;

ANNOPROJ_ROW(task_row, "A task as lists show it")
ANNOPROJ_COLUMN(task, int64, required, "", "Task", "Id of the task.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(priority, int64, required, "", "Priority", "0 to 100, 100 first.")
ANNOPROJ_COLUMN(title, utf8, required, "", "File name", "Title of the data unit.")
ANNOPROJ_COLUMN(data_unit, int64, required, "", "Data unit", "Id of the data unit.")
ANNOPROJ_COLUMN(data_type, dictionary, required, "", "Data type", "As in data_unit_row.")
ANNOPROJ_COLUMN(dataset, int64, required, "", "Dataset", "Id of the dataset.")
ANNOPROJ_COLUMN(dataset_title, utf8, required, "", "Dataset title", "Title of the dataset.")
ANNOPROJ_COLUMN(stage, int64, required, "", "Stage", "Id of the stage it is in.")
ANNOPROJ_COLUMN(stage_key, dictionary, required, "", "Stage key", "Key of the stage it is in.")
ANNOPROJ_COLUMN(status, dictionary, required, "", "Status", "new, reopened, skipped or completed.")
ANNOPROJ_COLUMN(derived_status, dictionary, required, "", "Derived status", "Also assigned and released.")
ANNOPROJ_COLUMN(assignee, int64, nullable, "", "Assignee", "User it is assigned to.")
ANNOPROJ_COLUMN(assignee_email, utf8, nullable, "", "Assignee e-mail", "E-mail of the assignee.")
ANNOPROJ_COLUMN(entered, timestamp_us, required, "", "Entered", "When it entered the stage.")
ANNOPROJ_COLUMN(last_action_user, int64, nullable, "", "Last actioned by", "Who actioned it last; 0 = the host.")
ANNOPROJ_COLUMN(last_action_email, utf8, nullable, "", "Last actioned by e-mail", "E-mail of that user; null for the host.")
ANNOPROJ_COLUMN(last_action_stage, utf8, nullable, "", "Last actioned in", "Title of the stage of the last action.")
ANNOPROJ_COLUMN(last_action, timestamp_us, nullable, "", "Last actioned", "When it was last actioned.")
ANNOPROJ_COLUMN(open_issues, int64, required, "", "Open issues", "Unresolved issues.")
ANNOPROJ_COLUMN(resolved_issues, int64, required, "", "Resolved issues", "Resolved issues.")
ANNOPROJ_COLUMN(version, int64, required, "", "Version", "Version of the label set; grows with every label write.")
ANNOPROJ_COLUMN(parent, int64, nullable, "", "Branch of", "Consensus: the task that this one is a branch of.")
ANNOPROJ_ROW_END(task_row)

typedef struct annoproj_start_options {
    size_t size;
    bool include_skipped;            /* when nothing else is left, the least recently skipped of one's own skips */
} annoproj_start_options;
#define ANNOPROJ_START_OPTIONS_INIT { sizeof(annoproj_start_options), false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_start_options_init(annoproj_start_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Takes the next task of the queue and assigns it to the session's user: no two callers, threads or processes ever get
 * the same one. A few seeks whatever the size of the queue; tasks at its head that the user skipped, or that a rule of the stage keeps
 * from the user, are passed over once (about a microsecond each), and the next start hops over all of them. NONE when there is
 * none, with the reason in `*reason`. INVALID for the host. Rights: annotate or review,
 * and member of the stage (else NONE with NOT_MEMBER). */
ANNOPROJ_API annoproj_status annoproj_stage_start_next(annoproj_stage *stage, const annoproj_start_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_task **task ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_task_close), annoproj_queue_reason *reason ANNOPROJ_OUT ANNOPROJ_ENUM(annoproj_queue_reason), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* A handle for task `id`. It assigns nothing. NOT_FOUND. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_task_open(annoproj_project *project, int64_t id, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_task **task ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_task_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Closes a task handle. NULL is fine. */
ANNOPROJ_API void annoproj_task_close(annoproj_task *task ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* Id of the task; 0 for NULL. */
ANNOPROJ_API int64_t annoproj_task_id(const annoproj_task *task ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* The task as lists show it. NOT_FOUND. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_task_get(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(task_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Several tasks, in the order asked. NOT_FOUND names the first that is missing. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_tasks_get(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(task_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

enum annoproj_task_status_values {
    ANNOPROJ_TASK_NEW = 1,
    ANNOPROJ_TASK_REOPENED = 2,
    ANNOPROJ_TASK_SKIPPED = 4,
    ANNOPROJ_TASK_COMPLETED = 8
};
typedef int32_t annoproj_task_status;

/* What became of a task in its stage, as a team lead asks for it: one of these for each task. */
enum annoproj_derived_status_values {
    ANNOPROJ_DERIVED_NEW = 1,            /* nobody has it, and nobody had it */
    ANNOPROJ_DERIVED_REOPENED = 2,       /* the status, whoever has it */
    ANNOPROJ_DERIVED_SKIPPED = 4,
    ANNOPROJ_DERIVED_COMPLETED = 8,
    ANNOPROJ_DERIVED_ASSIGNED = 16,      /* new, and somebody has it */
    ANNOPROJ_DERIVED_RELEASED = 32       /* new, and given back or lapsed */
};
typedef int32_t annoproj_derived_status;

/* How it stands with a task's issues: one of these for each task. */
enum annoproj_issue_state_values {
    ANNOPROJ_ISSUE_STATE_UNRESOLVED = 1, /* one or more are open */
    ANNOPROJ_ISSUE_STATE_RESOLVED = 2,   /* it has some, and all are resolved */
    ANNOPROJ_ISSUE_STATE_NONE = 4
};
typedef int32_t annoproj_issue_state;

/* Orders of a list; tasks that are equal in it stand by id. */
enum annoproj_task_sort_values {
    ANNOPROJ_TASK_SORT_PRIORITY = 0,     /* the highest first, then by entering */
    ANNOPROJ_TASK_SORT_ENTERED = 1,      /* the longest in its stage first */
    ANNOPROJ_TASK_SORT_TITLE = 2,        /* file name, by code point */
    ANNOPROJ_TASK_SORT_LAST_ACTION = 3   /* never actioned first, then the longest ago */
};
typedef int32_t annoproj_task_sort;

/* What to list: every condition given must hold, within an array or flags any value. Zero = no condition. */
typedef struct annoproj_task_list_options {
    size_t size;
    const char *page ANNOPROJ_NULLABLE;                          /* token of annoproj_table_next_page, for the same options */
    int64_t limit;                                               /* rows of a page; 0 = 1,000; at most 10,000 */
    const int64_t *stages ANNOPROJ_LEN(stage_count) ANNOPROJ_NULLABLE;
    size_t stage_count;
    const int64_t *datasets ANNOPROJ_LEN(dataset_count) ANNOPROJ_NULLABLE;
    size_t dataset_count;
    const int64_t *data_units ANNOPROJ_LEN(data_unit_count) ANNOPROJ_NULLABLE;
    size_t data_unit_count;
    const int64_t *assignees ANNOPROJ_LEN(assignee_count) ANNOPROJ_NULLABLE;   /* 0 = unassigned */
    size_t assignee_count;
    const int64_t *last_action_users ANNOPROJ_LEN(last_action_user_count) ANNOPROJ_NULLABLE;   /* who actioned it last; 0 = the host */
    size_t last_action_user_count;
    const int32_t *data_types ANNOPROJ_LEN(data_type_count) ANNOPROJ_ENUM(annoproj_data_type) ANNOPROJ_NULLABLE;
    size_t data_type_count;
    const char *title ANNOPROJ_NULLABLE;                         /* text in the title, case-insensitive */
    const char *title_pattern ANNOPROJ_NULLABLE;                 /* PCRE2 expression found anywhere in the title; case-sensitive unless (?i) */
    const char *metadata ANNOPROJ_NULLABLE;                      /* JSON object: members that the client metadata must have, as in a METADATA_ROUTER */
    annoproj_task_status statuses ANNOPROJ_FLAGS(annoproj_task_status);
    annoproj_derived_status derived_statuses ANNOPROJ_FLAGS(annoproj_derived_status);
    annoproj_issue_state issues ANNOPROJ_FLAGS(annoproj_issue_state);
    annoproj_task_sort sort ANNOPROJ_ENUM(annoproj_task_sort);
    int32_t priority_least;                                      /* priorities from here */
    int32_t priority_below;                                      /* and below this one, 1 to 101; 0 = no condition */
    bool reverse;                                                /* the other direction */
    bool include_waiting;                                        /* consensus: also tasks that wait for their branches, and branches that wait for the review of their task */
} annoproj_task_list_options;
#define ANNOPROJ_TASK_LIST_OPTIONS_INIT { sizeof(annoproj_task_list_options), NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, false, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_task_list_options_init(annoproj_task_list_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* A page of the tasks that the session may see; listing takes nothing. Without a condition, or where its order decides it, a
 * page is found by seeks however many tasks there are; conditions that few tasks meet cost a look at all tasks of the
 * project (of the datasets asked for); tasks of data units are found by a seek for each of these. NOT_FOUND names an unknown stage, dataset, data unit or user. INVALID for a pattern or a page token that is none,
 * DATA (JSON pointer and byte) for metadata, LIMIT when a pattern takes too many steps on a title. Rights: queue. */
ANNOPROJ_API annoproj_status annoproj_task_list(annoproj_project *project, const annoproj_task_list_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(task_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Assigns an unassigned task to the session's user; OK when it is the user's already. CONFLICT when another has it, STATE when
 * a rule of the stage, a done stage or the project status forbids it. INVALID for the host. Rights: annotate or review, member of the stage. */
ANNOPROJ_API annoproj_status annoproj_task_initiate(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* What else happens with a submit. */
typedef struct annoproj_submit_options {
    size_t size;
    int64_t assignee;                /* who has the task where it lands, a member of that stage; 0 = nobody. Needs the right to assign */
    bool retain_assignee;            /* the task keeps its assignee, who must be a member there */
    bool keep_rejected_reviews;      /* rejected label reviews, of whatever stage, stay rejected instead of becoming resolved */
} annoproj_submit_options;
#define ANNOPROJ_SUBMIT_OPTIONS_INIT { sizeof(annoproj_submit_options), 0, false, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_submit_options_init(annoproj_submit_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Submits a task of an annotation stage: its label changes are published, it goes on along the workflow. STATE in other
 * stages, when required answers or labels (of classes whose shape the data unit takes) are missing (details `missing`: how many, `answer`: each, up to 100), by project status, when a person rule keeps the assignee from it
 * where it lands, and for a group that would land in a consensus of kind `determine` (so also for an approve, a reject and a pathway); CONFLICT when another has it; INVALID for an assignee who is no member there, or when there is none to
 * retain. To name an assignee is to assign the task, which admins and team managers do: PERMISSION for others. Whoever submits may
 * retain the task for himself where he could take it; in a stage with hide_unassigned, where nobody takes tasks, PERMISSION. Rights: annotate; to name an assignee also assign. */
ANNOPROJ_API annoproj_status annoproj_task_submit(annoproj_task *task, const annoproj_submit_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Skips a task of an annotation stage that is the session's: it becomes unassigned (one that a manager assigned, or in a stage that hides
 * unassigned tasks, stays) and goes behind all others for this user. Drafts are kept. INVALID for the host, STATE in other stages and by project status, CONFLICT.
 * Rights: skip. */
ANNOPROJ_API annoproj_status annoproj_task_skip(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* What becomes of labels without a decision when a review task is actioned. */
enum annoproj_undecided_values {
    ANNOPROJ_UNDECIDED_DEFAULT = 0,      /* decided as the task; under strict review they are in its way (STATE) */
    ANNOPROJ_UNDECIDED_DECIDE = 1,       /* decided as the task; under strict review for admins, team managers, host */
    ANNOPROJ_UNDECIDED_LEAVE = 2         /* left without a decision */
};
typedef int32_t annoproj_undecided;

/* What else happens with an approve or a reject. */
typedef struct annoproj_review_options {
    size_t size;
    const char *comment ANNOPROJ_NULLABLE;                       /* reject: opens an issue on the data unit */
    int64_t assignee;                                            /* as in annoproj_submit_options; 0 = by the rules */
    annoproj_undecided undecided ANNOPROJ_ENUM(annoproj_undecided);
    bool retain_assignee;                                        /* the task keeps its assignee, who must be a member there */
} annoproj_review_options;
#define ANNOPROJ_REVIEW_OPTIONS_INIT { sizeof(annoproj_review_options), NULL, 0, 0, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_review_options_init(annoproj_review_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Approves a task of a review stage; STATE in other stages. Strict review: STATE names the labels that are not approved. CONFLICT when another has it,
 * INVALID and PERMISSION (an assignee as in annoproj_task_submit), INVALID (a comment, which only a reject takes). Rights: review; to name an assignee also assign. */
ANNOPROJ_API annoproj_status annoproj_task_approve(annoproj_task *task, const annoproj_review_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Rejects a task of a review stage (STATE in other stages): it returns along the reject edge as `reopened`, to its last submitter by default. Strict
 * review: STATE without a reason (a rejected label, an open issue on the data unit, a frame, range or coordinate, a comment) or with undecided labels.
 * CONFLICT when another has it, INVALID and PERMISSION (an assignee as in annoproj_task_submit). Rights: review; to name an assignee also assign. */
ANNOPROJ_API annoproj_status annoproj_task_reject(annoproj_task *task, const annoproj_review_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Sends a task of an agent stage along the pathway with that key: its label changes are published as the session's. STATE
 * in other stages and by project status, NOT_FOUND when the stage has no such pathway (annoproj_stage_pathways lists
 * them), CONFLICT when another has it. Rights: agent. */
ANNOPROJ_API annoproj_status annoproj_task_pathway(annoproj_task *task, const char *pathway, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Assigns the task to a user, taking it from another; forgets that user's skip. INVALID when the user is no member of the stage, STATE in a
 * done stage, for what waits for branches or a review, when the user has another branch of the task, or when a person rule of the stage forbids
 * a user who is no manager. Rights: assign. */
ANNOPROJ_API annoproj_status annoproj_task_assign(annoproj_task *task, int64_t user, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Gives the task back to the queue; OK when it is unassigned. PERMISSION for another's task, for one that a manager assigned, and where
 * the project has self-release off. Rights: release; one's own task that no manager assigned: release_own. */
ANNOPROJ_API annoproj_status annoproj_task_release(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Sets the priority, 0 to 100. STATE in a done stage. Rights: priority. */
ANNOPROJ_API annoproj_status annoproj_task_set_priority(annoproj_task *task, int32_t priority, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Moves the task to an annotation, review, agent or done stage, past everything between: it arrives `new` (in a done stage
 * `completed`), unassigned, with its priority. Label changes that were not published count as published, without figures;
 * in a complete stage (not archive) all labels become approved and open rejection issues are resolved. STATE when it is
 * there already, INVALID for routers and consensus stages, NOT_FOUND (stage). Rights: move. */
ANNOPROJ_API annoproj_status annoproj_task_move(annoproj_task *task, int64_t stage, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Sends the task back to the first annotation stage (the one after Start, else the first of the document) as `reopened`,
 * labels and issues kept; to its last submitter unless the review stage it is in has reassign_rejected_to_submitter off.
 * STATE when it is there already, or in the first stage, and for what is or was in consensus. Rights: reopen. */
ANNOPROJ_API annoproj_status annoproj_task_reopen(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(outcome_row, "What became of one task of a bulk call")
ANNOPROJ_COLUMN(task, int64, required, "", "Task", "Id of the task, as asked.")
ANNOPROJ_COLUMN(status, int64, required, "", "Status", "An annoproj_status: 0 = done.")
ANNOPROJ_COLUMN(status_name, dictionary, required, "", "Status name", "Its name, OK when done.")
ANNOPROJ_COLUMN(message, utf8, nullable, "", "Message", "Why it was refused.")
ANNOPROJ_ROW_END(outcome_row)

/* The same actions on many tasks of a project, in the order given: one call, one transaction, and for each task the outcome
 * its single call would have had. With `all_or_nothing` the first task that is refused ends the call with its status and
 * nothing is changed. LIMIT over 10 million tasks. Rights: as annoproj_task_submit, looked at for each task. */
ANNOPROJ_API annoproj_status annoproj_tasks_submit(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, const annoproj_submit_options *options ANNOPROJ_NULLABLE, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* As annoproj_tasks_submit. Rights: as annoproj_task_approve. */
ANNOPROJ_API annoproj_status annoproj_tasks_approve(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, const annoproj_review_options *options ANNOPROJ_NULLABLE, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* As annoproj_tasks_submit. Rights: as annoproj_task_reject. */
ANNOPROJ_API annoproj_status annoproj_tasks_reject(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, const annoproj_review_options *options ANNOPROJ_NULLABLE, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* As annoproj_tasks_submit. Rights: as annoproj_task_pathway. */
ANNOPROJ_API annoproj_status annoproj_tasks_pathway(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, const char *pathway, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* As annoproj_tasks_submit. Rights: as annoproj_task_assign. */
ANNOPROJ_API annoproj_status annoproj_tasks_assign(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, int64_t user, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* As annoproj_tasks_submit. Rights: as annoproj_task_release. */
ANNOPROJ_API annoproj_status annoproj_tasks_release(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* As annoproj_tasks_submit. Rights: as annoproj_task_set_priority. */
ANNOPROJ_API annoproj_status annoproj_tasks_set_priority(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, int32_t priority, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* As annoproj_tasks_submit. Rights: as annoproj_task_move. */
ANNOPROJ_API annoproj_status annoproj_tasks_move(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, int64_t stage, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* As annoproj_tasks_submit. Rights: as annoproj_task_reopen. */
ANNOPROJ_API annoproj_status annoproj_tasks_reopen(annoproj_project *project, const int64_t *tasks ANNOPROJ_LEN(count), size_t count, bool all_or_nothing, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Tickets ==========================================================================
 * The status of a project closes it for annotators and reviewers, and sometimes one task must go on all the same. A ticket is a text that
 * names one task and one collaborator, with a time at which it expires, signed with the host's ticket_key: the host puts it into a link,
 * and opens with it the session of whoever follows that link (annoproj_session_options). On that task the session may then do
 * what the user could do if the project were in progress, in calls on that task alone (not annoproj_stage_start_next nor in bulk); the role, the stage and whose the task is decide as always, at every
 * call. In archived projects, and where strict_status is on, it opens nothing. Issuing is an event, and so is each change that
 * a ticket alone made possible. Nothing of a ticket is stored: another ticket_key ends all of them, setting strict_status those of
 * a project, removing the collaborator that one for ever, also when the user comes back. */

/* A ticket for this task and that user until `expires_us`, at most 30 days from now: text of less than 160 characters that a link takes
 * as it is. NOT_FOUND when the user is no collaborator; STATE when the user is disabled, strict_status is on, or the store
 * was opened without a ticket_key. Rights: ticket. */
ANNOPROJ_API annoproj_status annoproj_ticket_issue(annoproj_task *task, int64_t user, int64_t expires_us, const annoproj_call *call ANNOPROJ_NULLABLE, char **ticket ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Labels ============================================================================
 * A label is an instance of an object or classification class on one data unit. It has a hash of 8 characters. Numbers come back
 * as they came in, digit by digit up to 18 digits, and equal as doubles. */

/* The unit of coordinates. */
enum annoproj_unit_values {
    ANNOPROJ_UNIT_STORED = 0,            /* reading: as it came in. Writing: pixels */
    ANNOPROJ_UNIT_PIXELS = 1,
    ANNOPROJ_UNIT_NORMALISED = 2,        /* 0..1 of width and height */
    ANNOPROJ_UNIT_SCENE = 3              /* x, y, z in the unit of the scene; only for writing: what came in so comes back so */
};
typedef int32_t annoproj_unit;

enum annoproj_label_action_values {
    ANNOPROJ_LABEL_PUT = 1,              /* make it, or replace the whole label with that hash */
    ANNOPROJ_LABEL_REMOVE = 2,
    ANNOPROJ_LABEL_CHANGE = 3            /* change the label with that hash: what is not given stays */
};
typedef int32_t annoproj_label_action;

/* Whether a vertex of a skeleton is seen. */
enum annoproj_visibility_values {
    ANNOPROJ_VISIBILITY_UNKNOWN = 0,       /* not said */
    ANNOPROJ_VISIBILITY_VISIBLE = 1,
    ANNOPROJ_VISIBILITY_OCCLUDED = 2,      /* behind something else */
    ANNOPROJ_VISIBILITY_SELF_OCCLUDED = 3, /* behind another part of the same object */
    ANNOPROJ_VISIBILITY_INVISIBLE = 4,     /* outside the image */
    ANNOPROJ_VISIBILITY_MISSING = 5        /* the label does not have this vertex; its x and y say nothing */
};
typedef int32_t annoproj_visibility;

/* Changes of one task's labels, as parallel flat arrays. Label i has the geometries
 * [geometry_starts[i], geometry_starts[i+1]), one for each frame; geometry g has the parts [part_starts[g], part_starts[g+1]);
 * part p has the numbers coordinates[coordinate_starts[p] .. coordinate_starts[p+1]). Starts ascend from 0 to the length of what they
 * divide: what would belong to no label is INVALID. Of each shape the numbers are:
 *   bounding_box: x, y, w, h · rotatable_bounding_box: x, y, w, h, theta (degrees, clockwise about the middle)
 *   circle: x, y of the middle, r, stretch, theta: r is its half-axis along theta, stretch times r the other one (1 = a circle); both are
 *   parts of the width when normalised
 *   ellipse: x, y of the middle, rx, ry, theta: half-axes before it is turned, parts of width and height when normalised
 *   polygon: x1, y1, x2, y2, ... one part per ring · polyline, point: x1, y1, ..., in scenes also x1, y1, z1, ...
 *   bitmask: width, height, then run lengths, column by column, starting with zeros, as COCO has them
 *   skeleton: x, y, visibility (annoproj_visibility) of each vertex in the order of vertex_row; those at the end may be left out
 *   cuboid_2d: two parts: x1, y1, x2, y2, ... of the front, then either the offset x, y of the back, or x, y of the vanishing point
 *   and the scale of the back (1 = as large as the front)
 *   cuboid: position x, y, z, orientation about x, y, z in radians, size along x, y, z, in the unit of the scene
 *   segmentation: run lengths over the points of a scene, starting with points outside
 * `unit` is about shapes that can be in pixels or normalised: bitmasks, cuboids and segmentations are kept as they come. With
 * ANNOPROJ_UNIT_SCENE points and polylines have z; other shapes but those three are not in it, and only scenes and groups take it.
 * Label i has the answers [answer_starts[i], answer_starts[i+1]) and, for classifications and for objects of audio, time series and text, the
 * ranges [range_starts[i], range_starts[i+1]): of frames, on audio of milliseconds, on time series of time in whatever unit the host counts
 * it, on text of characters (none = a global
 * classification). Features are numbers of feature_row.
 * A change replaces or adds the frames that are given (one without parts is taken away, with its dynamic answers), and gives the
 * attributes that are named new answers: static ones wholly, dynamic ones on the frames named, what is nested under them included;
 * option -1 takes the answer away. Ranges replace those it has. Class 0, confidence NaN and automatic -1 leave it as it is, as NULL
 * does. Its geometry stays in the unit it came in: changes of it come in the same one.
 * Audio takes audio objects, time series take time_range objects, text takes text objects, scenes and groups all others, everything else all but cuboids and
 * segmentations; classifications are for all. */
typedef struct annoproj_label_changes {
    size_t size;
    size_t count;
    const char *text ANNOPROJ_LEN(text_length) ANNOPROJ_NULLABLE;               /* hashes and text answers */
    size_t text_length;
    const int32_t *actions ANNOPROJ_LEN(count) ANNOPROJ_ENUM(annoproj_label_action) ANNOPROJ_NULLABLE; /* NULL = all put */
    const int64_t *hash_offsets ANNOPROJ_LEN(count+1) ANNOPROJ_NULLABLE;        /* into text; empty = a new label, its hash is drawn */
    const int64_t *classes ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;               /* feature of the class; ignored for remove; 0 for change = as it is */
    const double *confidences ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;            /* 0..1; NULL = 1 */
    const int32_t *automatic ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;             /* 1 = not made by hand; NULL = all by hand */
    const int64_t *geometry_starts ANNOPROJ_LEN(count+1) ANNOPROJ_NULLABLE;
    const int64_t *frames ANNOPROJ_LEN(geometry_count) ANNOPROJ_NULLABLE;       /* frame of each geometry, ascending in a label; NULL = 0 (Python and Go then count the geometries by part_starts) */
    const int64_t *part_starts ANNOPROJ_LEN(geometry_count+1) ANNOPROJ_NULLABLE;/* NULL = one part for each geometry */
    size_t geometry_count;
    const int64_t *coordinate_starts ANNOPROJ_LEN(part_count+1) ANNOPROJ_NULLABLE;
    size_t part_count;
    const double *coordinates ANNOPROJ_LEN(coordinate_count) ANNOPROJ_NULLABLE;
    size_t coordinate_count;
    const int64_t *answer_starts ANNOPROJ_LEN(count+1) ANNOPROJ_NULLABLE;
    const int64_t *answer_attributes ANNOPROJ_LEN(answer_count) ANNOPROJ_NULLABLE;   /* feature of the attribute */
    const int64_t *answer_options ANNOPROJ_LEN(answer_count) ANNOPROJ_NULLABLE;      /* feature of the option; 0 = text or number */
    const int64_t *answer_text_offsets ANNOPROJ_LEN(answer_count+1) ANNOPROJ_NULLABLE; /* into text, for text attributes */
    const double *answer_numbers ANNOPROJ_LEN(answer_count) ANNOPROJ_NULLABLE;       /* for numeric attributes */
    const int64_t *answer_first_frames ANNOPROJ_LEN(answer_count) ANNOPROJ_NULLABLE; /* dynamic answers: range, inclusive; -1 = static */
    const int64_t *answer_last_frames ANNOPROJ_LEN(answer_count) ANNOPROJ_NULLABLE;
    size_t answer_count;
    const int64_t *range_starts ANNOPROJ_LEN(count+1) ANNOPROJ_NULLABLE;
    const int64_t *range_first_frames ANNOPROJ_LEN(range_count) ANNOPROJ_NULLABLE;   /* inclusive */
    const int64_t *range_last_frames ANNOPROJ_LEN(range_count) ANNOPROJ_NULLABLE;
    size_t range_count;
    annoproj_unit unit ANNOPROJ_ENUM(annoproj_unit);
    int32_t reserved;
} annoproj_label_changes;
#define ANNOPROJ_LABEL_CHANGES_INIT { sizeof(annoproj_label_changes), 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, 0, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_label_changes_init(annoproj_label_changes *changes ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

typedef struct annoproj_label_write_options {
    size_t size;
    int64_t version;                 /* version of the label set last seen (task_row.version) */
    bool force;                      /* write whatever the version is */
} annoproj_label_write_options;
#define ANNOPROJ_LABEL_WRITE_OPTIONS_INIT { sizeof(annoproj_label_write_options), 0, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_label_write_options_init(annoproj_label_write_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(label_hash_row, "The label of each change, in their order")
ANNOPROJ_COLUMN(label, utf8, required, "", "Label", "Hash of the label.")
ANNOPROJ_COLUMN(version, int64, required, "", "Version", "Version of the label set after the write.")
ANNOPROJ_ROW_END(label_hash_row)

/* Puts and removes labels of a task in one transaction; labels not named stay as they are. The result says hash and new version.
 * CONFLICT when `version` is not the present one or another has the task; NOT_FOUND for a label to remove or change or a class; DATA for
 * coordinates, ranges or answers that do not fit, for a shape the data unit does not have and for a label that two changes name (names the
 * label and the place); STATE in a done stage, by project status, and for a new label of an archived class or a new answer with an archived attribute or option; LIMIT for more than
 * 1,000,000 changes, and text answers beyond 1 MiB. Rights: label_write. */
ANNOPROJ_API annoproj_status annoproj_labels_write(annoproj_task *task, const annoproj_label_changes *changes, const annoproj_label_write_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(label_hash_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(label_row, "A label of a task")
ANNOPROJ_COLUMN(label, utf8, required, "", "Label", "Hash of the label (objectHash or classificationHash).")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Feature of the class.")
ANNOPROJ_COLUMN(class_name, dictionary, required, "", "Class name", "Name of the class.")
ANNOPROJ_COLUMN(feature_hash, dictionary, required, "", "Feature hash", "featureNodeHash of the class.")
ANNOPROJ_COLUMN(kind, dictionary, required, "", "Kind", "object or classification.")
ANNOPROJ_COLUMN(shape, dictionary, required, "", "Shape", "Shape of an object, else empty.")
ANNOPROJ_COLUMN(creator, int64, required, "", "Creator", "User who made it; 0 = the host.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was made.")
ANNOPROJ_COLUMN(editor, int64, required, "", "Last edited by", "User who changed it last; 0 = the host.")
ANNOPROJ_COLUMN(edited, timestamp_us, required, "", "Edited", "When it was last changed.")
ANNOPROJ_COLUMN(manual, bool, required, "", "Manual", "Whether it was made by hand.")
ANNOPROJ_COLUMN(confidence, double, required, "", "Confidence", "0 to 1.")
ANNOPROJ_COLUMN(ranges, int64_list, required, "frames", "Frames", "First and last frame of each range, inclusive (on audio milliseconds, on time series their time, on text characters); empty = global, or on nodes.")
ANNOPROJ_COLUMN(review, dictionary, nullable, "", "Review", "Review in the present review stage: new, approved, rejected, resolved or reopened.")
ANNOPROJ_COLUMN(review_state, dictionary, nullable, "", "Review state", "State in the last review stage it was in; approved after a move to a complete stage; null before any.")
ANNOPROJ_COLUMN(nodes, utf8, nullable, "", "Nodes", "Of an object on nodes of an HTML document, their ranges: JSON, as range_html of its label row.")
ANNOPROJ_ROW_END(label_row)

/* The labels of a task, drafts included, in the order they were made. PERMISSION for another's task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_task_labels(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(label_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(geometry_row, "One part of a label's geometry on one frame")
ANNOPROJ_COLUMN(label, utf8, required, "", "Label", "Hash of the label.")
ANNOPROJ_COLUMN(frame, int64, required, "", "Frame", "Frame, from 0.")
ANNOPROJ_COLUMN(part, int64, required, "", "Part", "Part of the geometry on this frame, from 0.")
ANNOPROJ_COLUMN(unit, dictionary, required, "", "Unit", "pixels, normalised, scene (cuboids, points and polylines with z) or points (segmentations).")
ANNOPROJ_COLUMN(coordinates, double_list, required, "", "Coordinates", "Numbers of the part, as annoproj_label_changes has them.")
ANNOPROJ_ROW_END(geometry_row)

/* The geometries of a task's labels, in the unit asked for; what has no other comes in its own. INVALID for ANNOPROJ_UNIT_SCENE,
 * STATE when a conversion needs a width or height the data unit does not have, PERMISSION for another's task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_task_geometry(annoproj_task *task, annoproj_unit unit ANNOPROJ_ENUM(annoproj_unit), const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(geometry_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(answer_row, "An answer of a label")
ANNOPROJ_COLUMN(label, utf8, required, "", "Label", "Hash of the label.")
ANNOPROJ_COLUMN(attribute, int64, required, "", "Attribute", "Feature of the attribute.")
ANNOPROJ_COLUMN(option, int64, nullable, "", "Option", "Feature of the chosen option; null for text and numbers.")
ANNOPROJ_COLUMN(text, utf8, nullable, "", "Text", "Answer of a text attribute.")
ANNOPROJ_COLUMN(number, double, nullable, "", "Number", "Answer of a numeric attribute.")
ANNOPROJ_COLUMN(first_frame, int64, nullable, "", "First frame", "Dynamic answers: first frame; null for static ones.")
ANNOPROJ_COLUMN(last_frame, int64, nullable, "", "Last frame", "Dynamic answers: last frame, inclusive.")
ANNOPROJ_ROW_END(answer_row)

/* The answers of a task's labels. PERMISSION for another's task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_task_answers(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(answer_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Makes the link that is exported instead of a data unit's own: puts it into the buffer, without NUL, and says in *written how long it
 * is. Called in the order of the export, once for each data unit, inside the call's snapshot. Non-zero return ends the export with CALLBACK. */
typedef int32_t (*annoproj_sign_fn)(const char *link, void *buffer, size_t length, size_t *written, void *user_data);

/* The label row that is read. */
typedef struct annoproj_label_row_options {
    size_t size;
    annoproj_sign_fn sign ANNOPROJ_NULLABLE;   /* for data_link; without it that is the data unit's link */
    void *user_data ANNOPROJ_NULLABLE;
    bool include_reviews;                      /* `reviews` of each object and classification on a frame */
} annoproj_label_row_options;
#define ANNOPROJ_LABEL_ROW_OPTIONS_INIT { sizeof(annoproj_label_row_options), NULL, NULL, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_label_row_options_init(annoproj_label_row_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* The labels of a task, drafts included, as one label row: the JSON object that annoproj_project_export_labels has for it, coordinates
 * normalised; branch_name is that of a branch. STATE when a label is in pixels and the data unit has no width or height,
 * PERMISSION for another's task, CALLBACK. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_task_label_row(annoproj_task *task, const annoproj_label_row_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, char **json ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(label_write_row, "What a label row changed")
ANNOPROJ_COLUMN(version, int64, required, "", "Version", "Version of the label set after the write; the one before when nothing changed.")
ANNOPROJ_COLUMN(added, int64, required, "labels", "Added", "Labels that the task did not have.")
ANNOPROJ_COLUMN(changed, int64, required, "labels", "Changed", "Labels that the row tells otherwise.")
ANNOPROJ_COLUMN(removed, int64, required, "labels", "Removed", "Labels that the row does not have.")
ANNOPROJ_ROW_END(label_write_row)

/* Makes the labels of a task what one label row says, in one transaction: those it does not have are removed, as drafts, as annoproj_labels_write
 * does it. A label that the row tells as annoproj_task_label_row does is not touched, so that a row which was read and is written
 * back changes nothing; any other becomes what the row says of it, its coordinates normalised, and has the session's user as
 * editor, or, when it is new, as creator. Members are read as annoproj_project_import_labels reads them, but the authors and times that the row
 * tells, and its reviews, are passed over: imports keep them. The row is an object, or a list of one; data_hash or data_title
 * says that it is of this task's data unit, and it has data_units.
 * DATA: up to 100 faults, as annoproj_project_import_labels tells them, archived classes and answers among them. CONFLICT when `version` is not the present
 * one or another has the task; STATE in a done stage, by project status, and when a label is in pixels and the data unit has no width or
 * height; LIMIT for more than 64 MiB. Rights: label_write. */
ANNOPROJ_API annoproj_status annoproj_label_row_write(annoproj_task *task, const char *json, const annoproj_label_write_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(label_write_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Label reviews ====================================================================
 * While a task is in a review stage each label has a review there: new, approved, rejected, resolved or reopened. It is `new` when the label
 * comes there first, or was approved there and has changed since (also its geometry), or was reopened; it stays approved when the label is as it
 * was, and rejected or resolved as it is: a submit makes rejected reviews resolved. A label written by the reviewer, whose task it is, becomes
 * approved, one that another writes `new`. Deciding a label keeps the task where it is; a decision may be changed until the task is actioned. */

/* Approves a label's review; resolves its open rejection issue. NOT_FOUND (label), STATE outside review stages, CONFLICT. Rights: review. */
ANNOPROJ_API annoproj_status annoproj_label_approve(annoproj_task *task, const char *label, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* What a rejection says besides its comment. */
typedef struct annoproj_label_reject_options {
    size_t size;
    const int64_t *tags ANNOPROJ_LEN(tag_count) ANNOPROJ_NULLABLE;   /* issue tags of the project: added to those that the rejection issue has */
    size_t tag_count;
} annoproj_label_reject_options;
#define ANNOPROJ_LABEL_REJECT_OPTIONS_INIT { sizeof(annoproj_label_reject_options), NULL, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_label_reject_options_init(annoproj_label_reject_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Rejects a label's review and opens its rejection issue with the comment, or reopens it, or, when it is open, adds the
 * comment. `*issue` is that issue. NOT_FOUND (label, tag), LIMIT when the issue would have more than 100 tags, STATE outside review
 * stages, CONFLICT. Rights: review. */
ANNOPROJ_API annoproj_status annoproj_label_reject(annoproj_task *task, const char *label, const char *comment ANNOPROJ_NULLABLE, const annoproj_label_reject_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *issue ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Takes a decision on a label back: its review becomes reopened. STATE when there is no decision, NOT_FOUND, CONFLICT. Rights: review. */
ANNOPROJ_API annoproj_status annoproj_label_reopen(annoproj_task *task, const char *label, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Consensus ========================================================================
 * A task that comes to a CONSENSUS_ANNOTATION stage gets as many branches as the stage has annotators: tasks of their own,
 * each with a copy of the labels the task has then (`main`). They are what the queue of the stage holds; the task itself waits.
 * Each annotator gets one branch of a task at most, whatever their role, and reads nothing of another's: of branches they
 * see their own and those nobody has, and what somebody has worked on is read by whoever takes it. Admins and team managers see all.
 *  - A branch is started, skipped, written and submitted as any task. A submitted one is `completed` and waits in nobody's hands;
 *    with the last one the task goes to its CONSENSUS_REVIEW stage, `new`, and whoever may view it there may read its branches.
 *  - Data of type `group` goes through a consensus of kind `refine` only: what would take a group to one of kind `determine` is refused
 *    (STATE names the stages). A METADATA_ROUTER by data_type keeps groups away from it.
 *  - In the annotation half there are no label reviews and no issues (STATE); on a branch one reads the issues of its task.
 *    Labels of the task itself can be written, or imported, as long as no branch is assigned or written: its branches get
 *    them, too. In the review they come from its branches only (STATE).
 *  - annoproj_consensus_approve makes a branch, or labels of several, the labels of the task, which goes on. annoproj_task_reject
 *    sends every branch back, `reopened`, to its annotator if they still belong to the stage, else to nobody.
 *  - annoproj_task_move takes the task out, with `main` as it is; a branch stands for its task in it. A task that is or was
 *    in consensus is not reopened (STATE).
 *  - Setting the priority of the task sets that of its branches. Stage counts count the task once.
 *  - Behind an approve or a move the branches are gone from lists and lookups. Their labels stay as label versions:
 *    annoproj_label_version_list with the task.
 *  - The time of a review is reported on the task, not on its branches, whose own time ended with their submit.
 * Figures: a branch's submit counts as a submit of a task; its labels count in annotators only. What becomes of the task
 * counts in all other reports when consensus is reached, each label for the annotator of its branch; one that is left out is deleted by the
 * annotator of the first branch used that lacks it, else by the reviewer. Approved tasks count for the annotators of the branches used,
 * rejected ones for all. A later decision on the task counts for whoever of those used submitted last, one on a label for
 * the annotator it comes from. */

ANNOPROJ_ROW(branch_row, "A branch of a task in consensus")
ANNOPROJ_COLUMN(branch, int64, required, "", "Branch", "Id of the branch, which is a task: annoproj_task_open.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(number, int64, required, "", "Number", "From 1, in the order they were made.")
ANNOPROJ_COLUMN(status, dictionary, required, "", "Status", "new, reopened, skipped, or completed when it was submitted.")
ANNOPROJ_COLUMN(annotator, int64, nullable, "", "Annotator", "User who has it, or who submitted it; null for nobody and for the host.")
ANNOPROJ_COLUMN(annotator_email, utf8, nullable, "", "Annotator e-mail", "E-mail of that user.")
ANNOPROJ_COLUMN(submitted, timestamp_us, nullable, "", "Submitted", "When it was submitted; null while it is worked on.")
ANNOPROJ_COLUMN(labels, int64, required, "labels", "Labels", "How many labels it has, drafts included.")
ANNOPROJ_COLUMN(version, int64, required, "", "Version", "Version of its label set.")
ANNOPROJ_ROW_END(branch_row)

/* The branches of a task that is in consensus, in order of number; none for any other task. STATE for a branch. PERMISSION
 * for another's task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_consensus_branches(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(branch_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* What becomes of the task: one branch as a whole, or, in stages of kind `refine`, single labels of any of them. */
typedef struct annoproj_consensus_options {
    size_t size;
    int64_t branch;                                              /* id of the branch to take whole; 0 = the labels below */
    const char *text ANNOPROJ_LEN(text_length) ANNOPROJ_NULLABLE;/* hashes of labels */
    size_t text_length;
    const int64_t *hash_offsets ANNOPROJ_LEN(count+1) ANNOPROJ_NULLABLE; /* into text */
    const int64_t *branches ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE;       /* id of the branch each label is taken from */
    size_t count;
    int64_t assignee;                                            /* as in annoproj_submit_options */
    bool retain_assignee;                                        /* the task keeps its assignee, who must be a member there */
} annoproj_consensus_options;
#define ANNOPROJ_CONSENSUS_OPTIONS_INIT { sizeof(annoproj_consensus_options), 0, NULL, 0, NULL, NULL, 0, 0, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_consensus_options_init(annoproj_consensus_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Approves a task of a consensus review stage: consensus is reached. The task has exactly the labels named, each with its hash, creator and times
 * as in its branch, and goes on along the approve edge. INVALID when neither a branch nor labels are named, when both are, and for
 * single labels where the kind is `determine`; NOT_FOUND for a branch or label the task does not have; DATA when two labels have the
 * same hash, or are classifications that exclude each other; STATE in other stages; CONFLICT when another has it; INVALID and PERMISSION (an
 * assignee as in annoproj_task_submit). Rights: review; to name an assignee also assign. */
ANNOPROJ_API annoproj_status annoproj_consensus_approve(annoproj_task *task, const annoproj_consensus_options *options, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* When two shapes are the same. */
typedef struct annoproj_agreement_options {
    size_t size;
    double overlap;                                              /* boxes, polygons, masks, segmentations, cuboids: least intersection over union, up to 1; 0 = 0.5 */
    double distance;                                             /* points, polylines, skeletons: greatest distance as a part of the diagonal of the data unit, up to 1; 0 = 0.01 */
    double scene_distance;                                       /* points and polylines with z: greatest distance in the unit of the scene; 0 = 0.1 */
} annoproj_agreement_options;
#define ANNOPROJ_AGREEMENT_OPTIONS_INIT { sizeof(annoproj_agreement_options), 0.0, 0.0, 0.0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_agreement_options_init(annoproj_agreement_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(agreement_row, "How far two branches agree about a class")
ANNOPROJ_COLUMN(class, int64, nullable, "", "Class", "Feature of the class; null for all classes together.")
ANNOPROJ_COLUMN(class_name, utf8, nullable, "", "Class name", "Name of the class.")
ANNOPROJ_COLUMN(feature_hash, utf8, nullable, "", "Feature hash", "featureNodeHash of the class.")
ANNOPROJ_COLUMN(shape, dictionary, nullable, "", "Shape", "Shape of an object, or classification.")
ANNOPROJ_COLUMN(branch, int64, nullable, "", "Branch", "The branch with the lower number; null for all pairs together.")
ANNOPROJ_COLUMN(other_branch, int64, nullable, "", "Other branch", "The other one.")
ANNOPROJ_COLUMN(items, int64, required, "items", "Items", "What the branch has: shapes on frames, frames of a classification, objects of audio, time series and text.")
ANNOPROJ_COLUMN(other_items, int64, required, "items", "Items of the other", "What the other has.")
ANNOPROJ_COLUMN(matched, int64, required, "items", "Matched", "How many of them are the same.")
ANNOPROJ_COLUMN(agreement, double, nullable, "", "Agreement", "2 * matched / (items + other_items), 0 to 1 (the F1 score); null when neither has any.")
ANNOPROJ_COLUMN(overlap, double, nullable, "", "Overlap", "Mean intersection over union of the matched shapes and ranges; null where none has one.")
ANNOPROJ_ROW_END(agreement_row)

/* How far the branches of a task agree, by the labels stored now: for each class that one of them has, in order of feature, each two
 * branches, then all pairs together (sums over the pairs, and the agreement of the sums); last the same for all classes. No row for a task
 * without branches.
 * Shapes are compared frame by frame with those of the same class. On a frame the two most alike that are the same by the rule are
 * matched first, each at most once; equals in the order of the labels. Answers do not count. Boxes, rotatable boxes (turned about
 * their middle), circles and ellipses (as polygons of 64 corners, the first on the first half-axis, and the same area), polygons, masks, segmentations and cuboids (turned about their middle by Euler angles x, y, z, each about the axes as
 * already turned; of 2D ones the front and the back) are the same when intersection over union reaches `overlap`. A polygon is what its rings wind
 * around: a ring within another that runs the other way is a hole. Areas are computed from the coordinates, not from pixels; those
 * of masks and segmentations are counted. Two shapes without any area are the same when their numbers are. Points and polylines are the same when no
 * vertex of either is farther from the other than `distance` times the diagonal of the data unit (of a square with side 1 for
 * normalised coordinates on a unit without a size), skeletons when that is so of each vertex and both have the same vertices. Those with
 * z are so within `scene_distance`, and never the same as one without.
 * Classifications agree on a frame when all their answers are the same there; a global one counts as one on frame 0. On audio, time
 * series and text, objects are the same when intersection over union of their ranges reaches `overlap`, classifications when ranges and answers
 * are the same; each label is one item.
 * INVALID for options out of range. STATE for a branch, and when the data unit has no width and height and shapes in pixels cannot be
 * compared without (distances; shapes in both units). PERMISSION for another's task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_consensus_agreement(annoproj_task *task, const annoproj_agreement_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(agreement_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Issues ===========================================================================
 * An issue is about a data unit, a frame, a point on a frame, a range of frames, or a label. It has comments, tags and a history of when it
 * was opened, resolved and reopened, and by whom. Whoever may view a task reads its issues; they go with it, and stay when their label is
 * removed. Rejecting a label opens its rejection issue; approving it, or its task, resolves that.
 *
 * The organisation keeps one list of tags for issues; a project has any of them, and its issues any of the project's. An issue keeps a tag
 * that is taken off the project or deleted: what happened is not rewritten. */

enum annoproj_anchor_values {
    ANNOPROJ_ANCHOR_DATA_UNIT = 0,
    ANNOPROJ_ANCHOR_FRAME = 1,
    ANNOPROJ_ANCHOR_COORDINATE = 2,
    ANNOPROJ_ANCHOR_FRAME_RANGE = 3,
    ANNOPROJ_ANCHOR_LABEL = 4
};
typedef int32_t annoproj_anchor;

/* Where an issue is anchored. */
typedef struct annoproj_issue_options {
    size_t size;
    const char *label ANNOPROJ_NULLABLE;             /* label anchor: hash of the label */
    int64_t first_frame;                             /* frame, coordinate and range anchors */
    int64_t last_frame;                              /* range anchor, inclusive */
    double x;                                        /* coordinate anchor, normalised 0..1 */
    double y;
    annoproj_anchor anchor ANNOPROJ_ENUM(annoproj_anchor);
    int32_t reserved;
    const int64_t *tags ANNOPROJ_LEN(tag_count) ANNOPROJ_NULLABLE;   /* issue tags of the project, at most 100 */
    size_t tag_count;
} annoproj_issue_options;
#define ANNOPROJ_ISSUE_OPTIONS_INIT { sizeof(annoproj_issue_options), NULL, 0, 0, 0.0, 0.0, 0, 0, NULL, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_issue_options_init(annoproj_issue_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(issue_row, "An issue")
ANNOPROJ_COLUMN(issue, int64, required, "", "Issue", "Id of the issue.")
ANNOPROJ_COLUMN(uuid, utf8, required, "", "UUID", "Stable id outside the store.")
ANNOPROJ_COLUMN(task, int64, required, "", "Task", "Task it is on.")
ANNOPROJ_COLUMN(anchor, dictionary, required, "", "Anchor", "data_unit, frame, coordinate, frame_range or label.")
ANNOPROJ_COLUMN(label, utf8, nullable, "", "Label", "Hash of the label it is anchored to.")
ANNOPROJ_COLUMN(first_frame, int64, nullable, "", "First frame", "Frame, or first frame of the range.")
ANNOPROJ_COLUMN(last_frame, int64, nullable, "", "Last frame", "Last frame of the range, inclusive.")
ANNOPROJ_COLUMN(x, double, nullable, "", "X", "Normalised coordinate.")
ANNOPROJ_COLUMN(y, double, nullable, "", "Y", "Normalised coordinate.")
ANNOPROJ_COLUMN(resolved, bool, required, "", "Resolved", "Whether it is resolved.")
ANNOPROJ_COLUMN(rejection, bool, required, "", "Rejection", "Whether it is the rejection issue of its label.")
ANNOPROJ_COLUMN(creator, int64, required, "", "Creator", "User who opened it; 0 = the host.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was opened.")
ANNOPROJ_COLUMN(comments, int64, required, "", "Comments", "Number of comments.")
ANNOPROJ_COLUMN(creator_email, utf8, nullable, "", "Creator e-mail", "E-mail of that user; null for the host.")
ANNOPROJ_COLUMN(class, int64, nullable, "", "Class", "Label anchor: feature of the label's class when the issue was opened.")
ANNOPROJ_COLUMN(label_gone, bool, required, "", "Label gone", "Whether the label it is anchored to has been removed since.")
ANNOPROJ_COLUMN(title, utf8, required, "", "File name", "Title of the task's data unit.")
ANNOPROJ_COLUMN(stage, int64, required, "", "Stage", "Stage the task is in now.")
ANNOPROJ_COLUMN(tags, utf8_list, required, "", "Tags", "Names of its tags, sorted; those that were deleted, too.")
ANNOPROJ_COLUMN(tag_ids, int64_list, required, "", "Tag ids", "Ids of these tags, in the same order.")
ANNOPROJ_ROW_END(issue_row)

ANNOPROJ_ROW(comment_row, "A comment of an issue")
ANNOPROJ_COLUMN(issue, int64, required, "", "Issue", "Id of the issue.")
ANNOPROJ_COLUMN(author, int64, required, "", "Author", "User who wrote it; 0 = the host.")
ANNOPROJ_COLUMN(author_email, utf8, nullable, "", "Author e-mail", "Null for the host.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was written.")
ANNOPROJ_COLUMN(text, utf8, required, "", "Text", "The comment.")
ANNOPROJ_ROW_END(comment_row)

ANNOPROJ_ROW(issue_history_row, "When an issue was opened, resolved or reopened")
ANNOPROJ_COLUMN(issue, int64, required, "", "Issue", "Id of the issue.")
ANNOPROJ_COLUMN(resolved, bool, required, "", "Resolved", "Whether it was resolved then; false when it was opened or reopened.")
ANNOPROJ_COLUMN(actor, int64, required, "", "Actor", "User who did it; 0 = the host.")
ANNOPROJ_COLUMN(actor_email, utf8, nullable, "", "Actor e-mail", "E-mail of that user.")
ANNOPROJ_COLUMN(time, timestamp_us, required, "", "Time", "When.")
ANNOPROJ_ROW_END(issue_history_row)

/* Opens an issue on a task. `comment` may be empty. NOT_FOUND (label, tag), DATA (frame outside the data unit, coordinate outside 0..1), LIMIT
 * for more than 100 tags, STATE in consensus annotation. Rights: issue_write. */
ANNOPROJ_API annoproj_status annoproj_issue_create(annoproj_task *task, const char *comment, const annoproj_issue_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *issue ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Adds a comment, which may not be empty (INVALID). NOT_FOUND. Rights: issue_write. */
ANNOPROJ_API annoproj_status annoproj_issue_comment(annoproj_project *project, int64_t issue, const char *comment, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Replaces an issue's tags. NOT_FOUND names the first that is neither an issue tag of the project nor on the issue already, LIMIT for more
 * than 100. Rights: issue_write. */
ANNOPROJ_API annoproj_status annoproj_issue_set_tags(annoproj_project *project, int64_t issue, const int64_t *tags ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE, size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Resolves an issue; OK when it is resolved. NOT_FOUND. Rights: issue_write. */
ANNOPROJ_API annoproj_status annoproj_issue_resolve(annoproj_project *project, int64_t issue, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Reopens an issue; OK when it is open. NOT_FOUND. Rights: issue_write. */
ANNOPROJ_API annoproj_status annoproj_issue_reopen(annoproj_project *project, int64_t issue, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The issues of a task, oldest first. PERMISSION for another's task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_task_issues(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(issue_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The comments of a task's issues, oldest first. PERMISSION for another's task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_task_comments(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(comment_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* When a task's issues were opened, resolved and reopened, oldest first. PERMISSION for another's task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_task_issue_history(annoproj_task *task, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(issue_history_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Several issues, in the order asked. NOT_FOUND names the first that is missing or on a task one does not see, PERMISSION one on another's
 * task. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_issues_get(annoproj_project *project, const int64_t *issues ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(issue_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Which issues: every condition given must hold, within an array or flags any value. Zero = no condition. */
typedef struct annoproj_issue_list_options {
    size_t size;
    const char *page ANNOPROJ_NULLABLE;                          /* token of annoproj_table_next_page, for the same options */
    int64_t limit;                                               /* rows of a page; 0 = 1,000; at most 10,000 */
    const int64_t *tasks ANNOPROJ_LEN(task_count) ANNOPROJ_NULLABLE;
    size_t task_count;
    const int64_t *stages ANNOPROJ_LEN(stage_count) ANNOPROJ_NULLABLE;       /* where their tasks are now */
    size_t stage_count;
    const int64_t *classes ANNOPROJ_LEN(class_count) ANNOPROJ_NULLABLE;      /* label anchor: class of the label when it was opened */
    size_t class_count;
    const int64_t *creators ANNOPROJ_LEN(creator_count) ANNOPROJ_NULLABLE;   /* who opened it; 0 = the host */
    size_t creator_count;
    const int64_t *tags ANNOPROJ_LEN(tag_count) ANNOPROJ_NULLABLE;           /* has one of them; deleted ones, too */
    size_t tag_count;
    const int32_t *anchors ANNOPROJ_LEN(anchor_count) ANNOPROJ_ENUM(annoproj_anchor) ANNOPROJ_NULLABLE;
    size_t anchor_count;
    const char *text ANNOPROJ_NULLABLE;                          /* text in one of its comments, case-insensitive */
    int64_t created_after_us;                                    /* opened from here */
    int64_t created_before_us;                                   /* and before; 0 = open */
    annoproj_issue_state states ANNOPROJ_FLAGS(annoproj_issue_state);   /* unresolved, resolved */
    bool reverse;                                                /* newest first */
} annoproj_issue_list_options;
#define ANNOPROJ_ISSUE_LIST_OPTIONS_INIT { sizeof(annoproj_issue_list_options), NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, 0, 0, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_issue_list_options_init(annoproj_issue_list_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* A page of the issues that the session may view: exactly those that annoproj_issues_get gives, oldest first. A condition that few issues
 * meet costs a look at all issues of the project. NOT_FOUND names an unknown task, stage, class, user or tag, INVALID a page token that
 * is none. Rights: task_view. */
ANNOPROJ_API annoproj_status annoproj_issue_list(annoproj_project *project, const annoproj_issue_list_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(issue_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Makes an issue tag of at most 128 bytes. EXISTS when the name is taken, LIMIT when there are 10,000. Rights: tag_manage. */
ANNOPROJ_API annoproj_status annoproj_issue_tag_create(annoproj_session *session, const char *name, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *tag ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Gives an issue tag another name, wherever it is shown. NOT_FOUND, EXISTS. Rights: tag_manage. */
ANNOPROJ_API annoproj_status annoproj_issue_tag_rename(annoproj_session *session, int64_t tag, const char *name, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Deletes an issue tag and takes it off every project; issues that have it keep it. NOT_FOUND. Rights: tag_manage. */
ANNOPROJ_API annoproj_status annoproj_issue_tag_delete(annoproj_session *session, int64_t tag, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The issue tags of the organisation, by name. Rights: any session. */
ANNOPROJ_API annoproj_status annoproj_issue_tag_list(annoproj_session *session, const annoproj_tag_list_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(tag_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Replaces the tags that the project's issues may have. NOT_FOUND names the first that is no issue tag, LIMIT for more than 1,000. Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_set_issue_tags(annoproj_project *project, const int64_t *tags ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE, size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Adds the issue tag of that name to the project; it is made when the organisation has none. LIMIT as annoproj_issue_tag_create and
 * annoproj_project_set_issue_tags. Rights: settings. */
ANNOPROJ_API annoproj_status annoproj_project_issue_tag_create(annoproj_project *project, const char *name, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *tag ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The tags that the project's issues may have, by name. Rights: project_see. */
ANNOPROJ_API annoproj_status annoproj_project_issue_tags(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(tag_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Time spent =======================================================================
 * What a user's earlier reports (on any task of the store) cover already is not counted again, nor what lies after the task
 * left its stage. Whoever had a task when it left a stage, or sent it on from there, may still
 * report the time it took there, wherever the task is now; on a branch that is closed, too. */

/* Reports activity of the session's user on a task as intervals. `*recorded_us` is how much was new. INVALID for the host, for an end
 * later than now + 5 s and for a start older than the project's time window; CONFLICT, STATE. Rights: time_report. */
ANNOPROJ_API annoproj_status annoproj_task_report_time(annoproj_task *task, const int64_t *starts_us ANNOPROJ_LEN(count), const int64_t *durations_us ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *recorded_us ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Reports that the session's user is active on a task at `at_us` (0 = now): adds the time since the user's previous heartbeat on it, at most the
 * project's idle limit; the first adds nothing. Statuses and rights as annoproj_task_report_time. */
ANNOPROJ_API annoproj_status annoproj_task_heartbeat(annoproj_task *task, int64_t at_us, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *recorded_us ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Events ===========================================================================
 * Every change appends events, in the same transaction. Names, texts and geometry are never in them. */

ANNOPROJ_ROW(event_row, "One event of a project, or of the store itself")
ANNOPROJ_COLUMN(seq, int64, required, "", "Sequence", "From 1 without gaps in the project, or in the store itself.")
ANNOPROJ_COLUMN(time, timestamp_us, required, "", "Time", "Command time; for reported time the start of the activity.")
ANNOPROJ_COLUMN(kind, dictionary, required, "", "Kind", "What happened; docs/file-format.md lists the kinds.")
ANNOPROJ_COLUMN(source, dictionary, required, "", "Source", "ui, sdk or agent.")
ANNOPROJ_COLUMN(actor, int64, required, "", "Actor", "User who did it; 0 = the host.")
ANNOPROJ_COLUMN(credited, int64, nullable, "", "Credited", "User the event concerns or credits.")
ANNOPROJ_COLUMN(stage, int64, nullable, "", "Stage", "Stage it happened in.")
ANNOPROJ_COLUMN(task, int64, nullable, "", "Task", "Task it concerns.")
ANNOPROJ_COLUMN(class, int64, nullable, "", "Class", "Feature of the class.")
ANNOPROJ_COLUMN(answer, int64, nullable, "", "Answer", "Feature of the option; of issue_tag and issue_untag the tag.")
ANNOPROJ_COLUMN(frames, int64, required, "", "Frames", "Frames it concerns.")
ANNOPROJ_COLUMN(duration, int64, required, "us", "Duration", "Reported time.")
ANNOPROJ_COLUMN(reference, int64, nullable, "", "Reference", "Label number, issue, destination stage or other, by kind.")
ANNOPROJ_COLUMN(value, int64, required, "", "Value", "What a setting became, the version of a label set or other, by kind; 0 = none.")
ANNOPROJ_ROW_END(event_row)

/* The events of a project with a sequence number greater than `after`, up to the last one at the time of opening. Tables of the
 * stream have row type event_row. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_project_events(annoproj_project *project, int64_t after, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_stream **stream ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_stream_close) ANNOPROJ_ROWS(event_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The same for the events of the store itself, which belong to no project: users, datasets, ontologies, settings. They are
 * numbered by themselves. Rights: store_events. */
ANNOPROJ_API annoproj_status annoproj_store_events(annoproj_session *session, int64_t after, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_stream **stream ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_stream_close) ANNOPROJ_ROWS(event_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Outbox ===========================================================================
 * What a host tells other systems (webhooks): the library writes a message in the transaction of the change, the host fetches
 * it, delivers it, and acknowledges it; until then it is fetched again. There is no network in the library. Messages are made of
 * submits in annotation stages and arrivals in complete stages whose setting "webhook" is on (a move or a reopen makes none), and, by the
 * settings outbox_issues and outbox_status, of changes of issues and of the project's status. They are numbered from 1 in their
 * project, without gaps, in the order of the changes. Of more than outbox_limit the oldest are dropped: outbox_waiting counts them.
 *
 * A body is one line of JSON: uid (the same for every delivery of the message), version 1, source, event_type,
 * event_created_timestamp (ISO 8601 with microseconds and offset) and payload: project_hash, of a task also data_hashes,
 * label_hashes, workflow_task_uuid, workflow_stage_uuid and workflow_stage_title, of an issue issue_uuid, of a status status, then
 * actor_email (null for the host) and sequence. Ids are the UUIDs of the rows. It is written when it is fetched: an erased
 * user is "erased user N" in it. annoproj_store_wait tells when there may be something new. */

/* Which messages, and how they are signed. */
typedef struct annoproj_outbox_options {
    size_t size;
    const char *key ANNOPROJ_NULLABLE;       /* the receiver's secret: bodies are signed with it; NULL = without signature. Not the ticket_key */
    const char *source ANNOPROJ_NULLABLE;    /* what bodies say in "source"; NULL = "Encord", which receivers of that product's webhooks expect */
    int64_t after;                           /* only messages behind this one; 0 = from the oldest that waits */
    int64_t limit;                           /* 0 = 100; at most 10,000 */
} annoproj_outbox_options;
#define ANNOPROJ_OUTBOX_OPTIONS_INIT { sizeof(annoproj_outbox_options), NULL, NULL, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_outbox_options_init(annoproj_outbox_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(outbox_row, "A message to be delivered")
ANNOPROJ_COLUMN(sequence, int64, required, "", "Sequence", "Number in the project, from 1, without gaps.")
ANNOPROJ_COLUMN(event_type, dictionary, required, "", "Event type", "task_submitted_event, task_completed_event, issue_created_event, issue_resolved_event, issue_reopened_event, issue_commented_event or project_status_event.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it happened.")
ANNOPROJ_COLUMN(body, utf8, required, "", "Body", "JSON; to be sent as it is, byte by byte.")
ANNOPROJ_COLUMN(signature, utf8, nullable, "", "Signature", "HMAC-SHA256 of the body with the key, in 64 hexadecimal digits; null without a key.")
ANNOPROJ_COLUMN(attempts, int64, required, "", "Attempts", "How often it was fetched, this time included.")
ANNOPROJ_COLUMN(fetched, timestamp_us, nullable, "", "Fetched before", "When it was fetched the last time before; null the first time.")
ANNOPROJ_ROW_END(outbox_row)

/* The messages that wait, oldest first, and counts the attempt. They stay until they are acknowledged. With a request key a repeat gives the
 * same messages, as far as they still wait, and counts nothing. Rights: outbox. */
ANNOPROJ_API annoproj_status annoproj_outbox_fetch(annoproj_project *project, const annoproj_outbox_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outbox_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Forgets messages that were delivered; one that was acknowledged before is OK. `*acknowledged` is how many waited until now. All or nothing:
 * NOT_FOUND for a number that was never given out, STATE for a message that was never fetched. Rights: outbox. */
ANNOPROJ_API annoproj_status annoproj_outbox_acknowledge(annoproj_project *project, const int64_t *sequences ANNOPROJ_LEN(count), size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *acknowledged ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The same of all messages up to and with `sequence`. Statuses as annoproj_outbox_acknowledge. Rights: outbox. */
ANNOPROJ_API annoproj_status annoproj_outbox_acknowledge_to(annoproj_project *project, int64_t sequence, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *acknowledged ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(outbox_waiting_row, "A project with messages that wait")
ANNOPROJ_COLUMN(project, int64, required, "", "Project", "Id of the project.")
ANNOPROJ_COLUMN(waiting, int64, required, "messages", "Waiting", "Messages that are not acknowledged.")
ANNOPROJ_COLUMN(first, int64, required, "", "First", "Number of the oldest of them.")
ANNOPROJ_COLUMN(last, int64, required, "", "Last", "Highest number given out.")
ANNOPROJ_COLUMN(dropped, int64, required, "messages", "Dropped", "Messages that outbox_limit has pushed out, ever.")
ANNOPROJ_COLUMN(since, timestamp_us, required, "", "Since", "When the oldest of them happened.")
ANNOPROJ_ROW_END(outbox_waiting_row)

/* The projects with messages that wait, among those whose outbox the session may fetch, by id. Rights: outbox. */
ANNOPROJ_API annoproj_status annoproj_outbox_waiting(annoproj_session *session, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outbox_waiting_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Analytics ========================================================================
 * A query is a window and filters; each report is a function of it. Every figure is computed from the events, exactly. Figures
 * belong to the actor of an event, except where annotators_row says otherwise. Annotators and reviewers see task_actions, time_spent and
 * label_actions of their own events only. Times are seconds, rounded half up from microseconds; rates are 0..1, null for x / 0. */

/* A window and filters on a project's events; each report is a function of it. It never changes. */
typedef struct annoproj_query annoproj_query;

enum annoproj_bucket_values {
    ANNOPROJ_BUCKET_NONE = 0,        /* one row */
    ANNOPROJ_BUCKET_DAY = 1,
    ANNOPROJ_BUCKET_WEEK = 2,        /* from Monday */
    ANNOPROJ_BUCKET_MONTH = 3,
    ANNOPROJ_BUCKET_EXPLICIT = 4     /* between the given boundaries */
};
typedef int32_t annoproj_bucket;

/* What labels are counted in. */
enum annoproj_label_unit_values {
    ANNOPROJ_LABEL_UNIT_INSTANCE = 0,    /* a label counts once */
    ANNOPROJ_LABEL_UNIT_FRAME = 1        /* a label counts once for each frame it is on */
};
typedef int32_t annoproj_label_unit;

/* An empty list is no filter. `classes` filters label figures and label-anchored issues; task figures and times in the same row
 * are unchanged by it. */
typedef struct annoproj_query_options {
    size_t size;
    int64_t after_us;                                                        /* inclusive; 0 = from the beginning */
    int64_t before_us;                                                       /* exclusive; 0 = no end */
    const int64_t *boundaries_us ANNOPROJ_LEN(boundary_count) ANNOPROJ_NULLABLE; /* explicit buckets, ascending: [0], [1] is the first */
    size_t boundary_count;
    const int64_t *collaborators ANNOPROJ_LEN(collaborator_count) ANNOPROJ_NULLABLE;
    size_t collaborator_count;
    const int64_t *datasets ANNOPROJ_LEN(dataset_count) ANNOPROJ_NULLABLE;
    size_t dataset_count;
    const int64_t *stages ANNOPROJ_LEN(stage_count) ANNOPROJ_NULLABLE;       /* stages the events happened in */
    size_t stage_count;
    const int64_t *task_stages ANNOPROJ_LEN(task_stage_count) ANNOPROJ_NULLABLE; /* stages the tasks are in now; removed tasks are in none */
    size_t task_stage_count;
    const int32_t *sources ANNOPROJ_LEN(source_count) ANNOPROJ_ENUM(annoproj_source) ANNOPROJ_NULLABLE; /* of the events */
    size_t source_count;
    const char *file_name ANNOPROJ_NULLABLE;                                 /* PCRE2 expression found anywhere in the file name of the task; case-sensitive unless (?i) */
    const int64_t *classes ANNOPROJ_LEN(class_count) ANNOPROJ_NULLABLE;      /* features */
    size_t class_count;
    annoproj_bucket bucket ANNOPROJ_ENUM(annoproj_bucket);
    int32_t utc_offset_minutes;                                              /* of the buckets; -1,080 to 1,080 */
    annoproj_label_unit unit ANNOPROJ_ENUM(annoproj_label_unit);
    int32_t reserved;
} annoproj_query_options;
#define ANNOPROJ_QUERY_OPTIONS_INIT { sizeof(annoproj_query_options), 0, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, 0, 0, 0, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_query_options_init(annoproj_query_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* A query on a project; the options are copied. NOT_FOUND names an unknown user, dataset, stage or class; INVALID a source that is none,
 * and the place where `file_name` is no expression. LIMIT for a list of more than 1,000,000; a report is LIMIT when the expression
 * takes too long on a file name. Rights: analytics_own. */
ANNOPROJ_API annoproj_status annoproj_query_open(annoproj_project *project, const annoproj_query_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_query **query ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_query_close), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Closes a query. NULL is fine. */
ANNOPROJ_API void annoproj_query_close(annoproj_query *query ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(task_actions_row, "Task actions by bucket")
ANNOPROJ_COLUMN(bucket, timestamp_us, nullable, "", "Bucket", "Start of the bucket; null without buckets and no start.")
ANNOPROJ_COLUMN(submitted, int64, required, "tasks", "Submitted", "Submit actions.")
ANNOPROJ_COLUMN(skipped, int64, required, "tasks", "Skipped", "Skip actions.")
ANNOPROJ_COLUMN(approved, int64, required, "tasks", "Approved", "Approve actions.")
ANNOPROJ_COLUMN(rejected, int64, required, "tasks", "Rejected", "Reject actions.")
ANNOPROJ_COLUMN(assigned, int64, required, "tasks", "Assigned", "Starts, initiates and assignments.")
ANNOPROJ_COLUMN(released, int64, required, "tasks", "Released", "Releases.")
ANNOPROJ_COLUMN(moved, int64, required, "tasks", "Moved", "Moves.")
ANNOPROJ_COLUMN(reopened, int64, required, "tasks", "Reopened", "Reopens.")
ANNOPROJ_ROW_END(task_actions_row)

/* Task actions by bucket. LIMIT for more than 100,000 days, weeks or months. Rights: analytics_own. */
ANNOPROJ_API annoproj_status annoproj_query_task_actions(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(task_actions_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(time_spent_row, "Time spent by bucket")
ANNOPROJ_COLUMN(bucket, timestamp_us, nullable, "", "Bucket", "Start of the bucket; null without buckets and no start.")
ANNOPROJ_COLUMN(annotate, int64, required, "s", "Annotate", "In annotation stages.")
ANNOPROJ_COLUMN(review, int64, required, "s", "Review", "In review stages.")
ANNOPROJ_COLUMN(other, int64, required, "s", "Other", "In other stages.")
ANNOPROJ_COLUMN(total, int64, required, "s", "Total", "Rounded from the exact sum.")
ANNOPROJ_ROW_END(time_spent_row)

/* Time spent by bucket; a reported piece that crosses a border is cut there. LIMIT for more than 100,000 days, weeks or months.
 * Rights: analytics_own. */
ANNOPROJ_API annoproj_status annoproj_query_time_spent(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(time_spent_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(label_actions_row, "Label actions by bucket")
ANNOPROJ_COLUMN(bucket, timestamp_us, nullable, "", "Bucket", "Start of the bucket; null without buckets and no start.")
ANNOPROJ_COLUMN(submitted, int64, required, "labels", "Submitted", "Live labels at each submit.")
ANNOPROJ_COLUMN(approved, int64, required, "labels", "Approved", "Approved when a review task was actioned.")
ANNOPROJ_COLUMN(rejected, int64, required, "labels", "Rejected", "Rejected when a review task was actioned.")
ANNOPROJ_ROW_END(label_actions_row)

/* Label actions by bucket, in the query's unit; the class filter applies. LIMIT for more than 100,000 days, weeks or months. Rights:
 * analytics_own. */
ANNOPROJ_API annoproj_status annoproj_query_label_actions(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(label_actions_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(ontology_actions_row, "Label actions by class, with a child row for each radio or checklist option")
ANNOPROJ_COLUMN(feature, int64, required, "", "Feature", "Feature of the class or option.")
ANNOPROJ_COLUMN(level, int64, required, "", "Level", "0 = class, 1 = option, deeper = option of a nested attribute.")
ANNOPROJ_COLUMN(parent_row, int64, nullable, "", "Parent row", "Row of the class or option it stands under.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Ontology", "Name of the class or option.")
ANNOPROJ_COLUMN(feature_hash, utf8, required, "", "Feature hash", "featureNodeHash.")
ANNOPROJ_COLUMN(created, int64, required, "labels", "Created", "First publications; for an option of labels that held it then.")
ANNOPROJ_COLUMN(approved, int64, required, "labels", "Approved", "Approvals; for an option of labels that held it when they were decided.")
ANNOPROJ_COLUMN(rejected, int64, required, "labels", "Rejected", "Rejections; for an option of labels that held it when they were decided.")
ANNOPROJ_COLUMN(rejection_rate, double, nullable, "", "Rejection rate", "Rejected / (approved + rejected).")
ANNOPROJ_ROW_END(ontology_actions_row)

/* Created, approved and rejected labels of every class, in the query's unit; the class filter applies. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_ontology_actions(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(ontology_actions_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(annotators_row, "What collaborators did in annotation stages. Approved and rejected belong to the last submitter and count in the window of the decision; the class filter applies to label and label-anchored issue columns only")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(email, utf8, required, "", "Collaborator", "E-mail.")
ANNOPROJ_COLUMN(submitted_tasks, int64, required, "tasks", "Submitted tasks", "Submit actions.")
ANNOPROJ_COLUMN(skipped_tasks, int64, required, "tasks", "Skipped tasks", "Skip actions.")
ANNOPROJ_COLUMN(approved_tasks, int64, required, "tasks", "Approved tasks", "Approvals of tasks whose last submitter this is.")
ANNOPROJ_COLUMN(rejected_tasks, int64, required, "tasks", "Rejected tasks", "Rejections of tasks whose last submitter this is.")
ANNOPROJ_COLUMN(task_rejection_rate, double, nullable, "", "Task rejection rate", "Rejected / submitted.")
ANNOPROJ_COLUMN(created_labels, int64, required, "labels", "Created labels", "First publications.")
ANNOPROJ_COLUMN(edited_labels, int64, required, "labels", "Edited labels", "Published changes of class, answers or frames.")
ANNOPROJ_COLUMN(deleted_labels, int64, required, "labels", "Deleted labels", "Published deletions.")
ANNOPROJ_COLUMN(approved_labels, int64, required, "labels", "Approved labels", "Approvals of labels this user submitted last.")
ANNOPROJ_COLUMN(rejected_labels, int64, required, "labels", "Rejected labels", "Rejections of labels this user submitted last.")
ANNOPROJ_COLUMN(label_rejection_rate, double, nullable, "", "Label rejection rate", "Rejected / submitted labels.")
ANNOPROJ_COLUMN(total_annotation_time, int64, required, "s", "Total annotation time", "Time in annotation stages.")
ANNOPROJ_COLUMN(average_time_per_task, double, nullable, "s", "Avg time per task", "Annotation time / submitted tasks.")
ANNOPROJ_COLUMN(issue_actions_against_user, int64, required, "issues", "Issue actions against user", "Created, resolved, reopened by others on this user's submissions.")
ANNOPROJ_ROW_END(annotators_row)

/* Annotators in instance labels, by e-mail; users without a figure have no row. A stage filter's review stages restrict approved, rejected
 * and issue columns, its annotation stages the rest. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_annotators(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(annotators_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(annotators_frame_row, "As annotators_row, labels counted by frame")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(email, utf8, required, "", "Collaborator", "E-mail.")
ANNOPROJ_COLUMN(submitted_tasks, int64, required, "tasks", "Submitted tasks", "Submit actions.")
ANNOPROJ_COLUMN(skipped_tasks, int64, required, "tasks", "Skipped tasks", "Skip actions.")
ANNOPROJ_COLUMN(approved_tasks, int64, required, "tasks", "Approved tasks", "Approvals of tasks whose last submitter this is.")
ANNOPROJ_COLUMN(rejected_tasks, int64, required, "tasks", "Rejected tasks", "Rejections of tasks whose last submitter this is.")
ANNOPROJ_COLUMN(task_rejection_rate, double, nullable, "", "Task rejection rate", "Rejected / submitted.")
ANNOPROJ_COLUMN(created_labels, int64, required, "frames", "Created frame labels", "Frames first published.")
ANNOPROJ_COLUMN(edited_labels, int64, required, "frames", "Edited frame labels", "Frames whose class or answers changed.")
ANNOPROJ_COLUMN(deleted_labels, int64, required, "frames", "Deleted frame labels", "Frames no longer present.")
ANNOPROJ_COLUMN(approved_labels, int64, required, "frames", "Approved frame labels", "Frames of approved labels.")
ANNOPROJ_COLUMN(rejected_labels, int64, required, "frames", "Rejected frame labels", "Frames of rejected labels.")
ANNOPROJ_COLUMN(label_rejection_rate, double, nullable, "", "Frame label rejection rate", "Rejected / submitted frame labels.")
ANNOPROJ_COLUMN(total_annotation_time, int64, required, "s", "Total annotation time", "Time in annotation stages.")
ANNOPROJ_COLUMN(average_time_per_task, double, nullable, "s", "Avg time per task", "Annotation time / submitted tasks.")
ANNOPROJ_ROW_END(annotators_frame_row)

/* Annotators in frame labels. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_annotators_by_frame(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(annotators_frame_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(reviewers_row, "What collaborators did in review stages")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(email, utf8, required, "", "Collaborator", "E-mail.")
ANNOPROJ_COLUMN(approved_tasks, int64, required, "tasks", "Approved tasks", "Approve actions.")
ANNOPROJ_COLUMN(rejected_tasks, int64, required, "tasks", "Rejected tasks", "Reject actions.")
ANNOPROJ_COLUMN(task_rejection_rate, double, nullable, "", "Task rejection rate", "Rejected / (approved + rejected).")
ANNOPROJ_COLUMN(created_labels, int64, required, "labels", "Created labels", "First published in review.")
ANNOPROJ_COLUMN(edited_labels, int64, required, "labels", "Edited labels", "Published changes made in review.")
ANNOPROJ_COLUMN(deleted_labels, int64, required, "labels", "Deleted labels", "Published deletions made in review.")
ANNOPROJ_COLUMN(approved_labels, int64, required, "labels", "Approved labels", "Approved labels.")
ANNOPROJ_COLUMN(rejected_labels, int64, required, "labels", "Rejected labels", "Rejected labels.")
ANNOPROJ_COLUMN(total_review_time, int64, required, "s", "Total review time", "Time in review stages.")
ANNOPROJ_COLUMN(average_time_per_label, double, nullable, "s", "Avg time per label", "Review time / (approved + rejected labels).")
ANNOPROJ_COLUMN(average_time_per_task, double, nullable, "s", "Avg time per task", "Review time / (approved + rejected tasks).")
ANNOPROJ_COLUMN(issue_actions_by_user, int64, required, "issues", "Issue actions by user", "Issues created, resolved, reopened by this user in review stages.")
ANNOPROJ_ROW_END(reviewers_row)

/* Reviewers in instance labels, by e-mail; users without a figure have no row. Of a stage filter only review stages apply. Rights:
 * analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_reviewers(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(reviewers_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(reviewers_frame_row, "As reviewers_row, labels counted by frame")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(email, utf8, required, "", "Collaborator", "E-mail.")
ANNOPROJ_COLUMN(approved_tasks, int64, required, "tasks", "Approved tasks", "Approve actions.")
ANNOPROJ_COLUMN(rejected_tasks, int64, required, "tasks", "Rejected tasks", "Reject actions.")
ANNOPROJ_COLUMN(task_rejection_rate, double, nullable, "", "Task rejection rate", "Rejected / (approved + rejected).")
ANNOPROJ_COLUMN(created_labels, int64, required, "frames", "Created frame labels", "Frames first published in review.")
ANNOPROJ_COLUMN(edited_labels, int64, required, "frames", "Edited frame labels", "Frames changed in review.")
ANNOPROJ_COLUMN(deleted_labels, int64, required, "frames", "Deleted labels", "Frames deleted in review.")
ANNOPROJ_COLUMN(approved_labels, int64, required, "frames", "Approved frame labels", "Frames of approved labels.")
ANNOPROJ_COLUMN(rejected_labels, int64, required, "frames", "Rejected frame labels", "Frames of rejected labels.")
ANNOPROJ_COLUMN(total_review_time, int64, required, "s", "Total review time", "Time in review stages.")
ANNOPROJ_COLUMN(average_time_per_label, double, nullable, "s", "Avg time per frame label", "Review time / (approved + rejected frame labels).")
ANNOPROJ_COLUMN(average_time_per_task, double, nullable, "s", "Avg time per task", "Review time / (approved + rejected tasks).")
ANNOPROJ_ROW_END(reviewers_frame_row)

/* Reviewers in frame labels. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_reviewers_by_frame(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(reviewers_frame_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(collaborator_time_row, "Time spent by bucket and collaborator")
ANNOPROJ_COLUMN(bucket, timestamp_us, nullable, "", "Bucket", "Start of the bucket; null without buckets and no start.")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(email, utf8, required, "", "Collaborator", "E-mail.")
ANNOPROJ_COLUMN(annotate, int64, required, "s", "Annotate", "In annotation stages.")
ANNOPROJ_COLUMN(review, int64, required, "s", "Review", "In review stages.")
ANNOPROJ_COLUMN(other, int64, required, "s", "Other", "In other stages.")
ANNOPROJ_COLUMN(total, int64, required, "s", "Total", "Rounded from the exact sum.")
ANNOPROJ_ROW_END(collaborator_time_row)

/* Time spent by bucket and collaborator, in the order of the buckets and of the e-mails; who spent nothing in a bucket has no row in it.
 * LIMIT for more than 100,000 days, weeks or months. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_collaborator_time(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(collaborator_time_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(issue_actions_row, "Issue actions by bucket")
ANNOPROJ_COLUMN(bucket, timestamp_us, nullable, "", "Bucket", "Start of the bucket; null without buckets and no start.")
ANNOPROJ_COLUMN(created, int64, required, "issues", "Total issues created", "Issues created in the bucket.")
ANNOPROJ_COLUMN(resolved, int64, required, "issues", "Total issues resolved", "Resolutions in the bucket.")
ANNOPROJ_COLUMN(reopened, int64, required, "issues", "Total issues reopened", "Reopenings in the bucket, by hand or by rejecting the label again.")
ANNOPROJ_COLUMN(open, int64, required, "issues", "Open issues", "Open at the end of the bucket, on tasks that were not removed then: everything before it counts.")
ANNOPROJ_ROW_END(issue_actions_row)

/* Issue actions by bucket. Collaborators, stages and sources filter the actions; what is open is open whoever opened it and where, so
 * that of the filters only datasets, task_stages, file_name and classes change it. Classes filter issues on labels, the others are
 * unchanged by them. LIMIT for more than 100,000 days, weeks or months. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_issue_actions(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(issue_actions_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(issue_tags_row, "How often an issue tag was used")
ANNOPROJ_COLUMN(tag, int64, required, "", "Tag", "Number of the tag.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Issue tag", "Its name, also when it was deleted since.")
ANNOPROJ_COLUMN(count, int64, required, "issues", "Count", "Times it was put on an issue.")
ANNOPROJ_ROW_END(issue_tags_row)

/* How often each tag was put on an issue, by name; taking it off again changes nothing. Tags that were not used have no row. Classes
 * filter issues on labels, the others are unchanged by them. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_issue_tags(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(issue_tags_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(issue_tags_by_class_row, "How often an issue tag was used on labels of a class")
ANNOPROJ_COLUMN(tag, int64, required, "", "Tag", "Number of the tag.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Issue tag", "Its name, also when it was deleted since.")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Feature of the label's class when the issue was opened.")
ANNOPROJ_COLUMN(class_name, dictionary, required, "", "Class name", "Name of the class.")
ANNOPROJ_COLUMN(count, int64, required, "issues", "Count", "Times it was put on an issue on a label of the class.")
ANNOPROJ_ROW_END(issue_tags_by_class_row)

/* The same for issues on labels, by name of the tag, then by class. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_issue_tags_by_class(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(issue_tags_by_class_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(task_performance_row, "What was done to a task")
ANNOPROJ_COLUMN(task, int64, required, "", "Task", "Id of the task.")
ANNOPROJ_COLUMN(title, utf8, required, "", "File name", "Title of the data unit.")
ANNOPROJ_COLUMN(data_type, dictionary, required, "", "Data type", "As in data_unit_row.")
ANNOPROJ_COLUMN(dataset, int64, required, "", "Dataset", "Id of the dataset.")
ANNOPROJ_COLUMN(dataset_title, dictionary, required, "", "Dataset title", "Title of the dataset.")
ANNOPROJ_COLUMN(total_time, int64, required, "s", "Total time", "Time spent on it by everybody.")
ANNOPROJ_COLUMN(created_labels, int64, required, "labels", "Total created labels", "First publications, in the query's unit.")
ANNOPROJ_COLUMN(edited_labels, int64, required, "labels", "Total edited labels", "Published changes of class, answers or frames.")
ANNOPROJ_COLUMN(deleted_labels, int64, required, "labels", "Total deleted labels", "Published deletions.")
ANNOPROJ_ROW_END(task_performance_row)

/* Tasks that time was spent on or whose label changes were published, by id; removed ones too, and what belongs to a branch belongs to
 * its task. Of consensus only what became of the task counts. The class filter applies to labels only. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_task_performance(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(task_performance_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(task_performance_by_stage_row, "What was done to a task in a stage")
ANNOPROJ_COLUMN(task, int64, required, "", "Task", "Id of the task.")
ANNOPROJ_COLUMN(title, utf8, required, "", "File name", "Title of the data unit.")
ANNOPROJ_COLUMN(data_type, dictionary, required, "", "Data type", "As in data_unit_row.")
ANNOPROJ_COLUMN(dataset, int64, required, "", "Dataset", "Id of the dataset.")
ANNOPROJ_COLUMN(dataset_title, dictionary, required, "", "Dataset title", "Title of the dataset.")
ANNOPROJ_COLUMN(stage, int64, required, "", "Stage", "Id of the stage.")
ANNOPROJ_COLUMN(stage_title, dictionary, required, "", "Stage title", "Title of the stage.")
ANNOPROJ_COLUMN(time_spent, int64, required, "s", "Time spent", "Time spent on the task in the stage.")
ANNOPROJ_COLUMN(collaborators, utf8_list, required, "", "Collaborators", "E-mails of the users who acted on the task in the stage, published label changes or spent time there, sorted.")
ANNOPROJ_COLUMN(created_labels, int64, required, "labels", "Created labels", "First publications, in the query's unit.")
ANNOPROJ_COLUMN(edited_labels, int64, required, "labels", "Edited labels", "Published changes of class, answers or frames.")
ANNOPROJ_COLUMN(deleted_labels, int64, required, "labels", "Deleted labels", "Published deletions.")
ANNOPROJ_ROW_END(task_performance_by_stage_row)

/* The same for each stage in which somebody acted on the task, published label changes or spent time: by task, then in the order in
 * which the stages were made. What became of a task in consensus counts in the review half, its time in both. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_task_performance_by_stage(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(task_performance_by_stage_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(instance_statistics_row, "How many instances of a class a data unit has")
ANNOPROJ_COLUMN(data_unit, int64, required, "", "Data unit", "Id of the data unit.")
ANNOPROJ_COLUMN(title, utf8, required, "", "File name", "Title of the data unit.")
ANNOPROJ_COLUMN(dataset, int64, required, "", "Dataset", "Id of the dataset.")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Feature of the class.")
ANNOPROJ_COLUMN(class_name, dictionary, required, "", "Class name", "Name of the class.")
ANNOPROJ_COLUMN(instances, int64, required, "labels", "Instances", "Labels of the class.")
ANNOPROJ_ROW_END(instance_statistics_row)

/* Instances by data unit and class, in the order of the tasks and of the classes. Labels of tasks that are not removed, as they are stored now, drafts included; in consensus those of
 * the task. Of the filters datasets, task_stages, file_name and classes apply. Rights: explore. */
ANNOPROJ_API annoproj_status annoproj_query_instance_statistics(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(instance_statistics_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(label_statistics_row, "How many frame labels of a class, or with an answer, a data unit has")
ANNOPROJ_COLUMN(data_unit, int64, required, "", "Data unit", "Id of the data unit.")
ANNOPROJ_COLUMN(title, utf8, required, "", "File name", "Title of the data unit.")
ANNOPROJ_COLUMN(dataset, int64, required, "", "Dataset", "Id of the dataset.")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Feature of the class.")
ANNOPROJ_COLUMN(class_name, dictionary, required, "", "Class name", "Name of the class.")
ANNOPROJ_COLUMN(attribute, int64, nullable, "", "Attribute", "Feature of the attribute; null in the row of the class itself.")
ANNOPROJ_COLUMN(attribute_name, dictionary, nullable, "", "Attribute name", "Name of the attribute.")
ANNOPROJ_COLUMN(answer, utf8, nullable, "", "Answer", "Name of the option, the text or the number; null in the row of the class.")
ANNOPROJ_COLUMN(frame_labels, int64, required, "frames", "Frame labels", "Frames of the labels, or those on which they have the answer. A global label counts one frame.")
ANNOPROJ_ROW_END(label_statistics_row)

/* Frame labels by data unit, class and answer: after the row of a class one for each answer that its labels have, attribute by attribute.
 * Labels of tasks that are not removed, as they are stored now, drafts included; in consensus those of
 * the task. Of the filters datasets, task_stages, file_name and classes apply. Rights: explore. */
ANNOPROJ_API annoproj_status annoproj_query_label_statistics(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(label_statistics_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(label_ranges_row, "Where a label is")
ANNOPROJ_COLUMN(data_unit, int64, required, "", "Data unit", "Id of the data unit.")
ANNOPROJ_COLUMN(title, utf8, required, "", "File name", "Title of the data unit.")
ANNOPROJ_COLUMN(dataset, int64, required, "", "Dataset", "Id of the dataset.")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Feature of the class.")
ANNOPROJ_COLUMN(class_name, dictionary, required, "", "Class name", "Name of the class.")
ANNOPROJ_COLUMN(label, utf8, required, "", "Label", "Hash of the label.")
ANNOPROJ_COLUMN(first_frame, int64, required, "frames", "First frame", "First frame of a range, as in label_row.")
ANNOPROJ_COLUMN(last_frame, int64, required, "frames", "Last frame", "Last frame of the range, inclusive.")
ANNOPROJ_COLUMN(first_time, double, nullable, "s", "First time", "first_frame / fps; null when the data unit has no fps.")
ANNOPROJ_COLUMN(last_time, double, nullable, "s", "Last time", "last_frame / fps; null when the data unit has no fps.")
ANNOPROJ_ROW_END(label_ranges_row)

/* The ranges of every label that has some (global ones have none), by task and label. Labels of tasks that are not removed, as they are stored now, drafts included; in consensus those of
 * the task. Of the filters datasets, task_stages, file_name and classes apply. Rights: explore. */
ANNOPROJ_API annoproj_status annoproj_query_label_ranges(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(label_ranges_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The reports of flow follow each task through the stages. Datasets, task_stages and file_name say which tasks; stages which rows; the
 * other filters change nothing, since a task is where it is whoever sent it there. A task in consensus is in the annotation half until
 * its review; branches are not counted. Tasks removed with their dataset are nowhere until they come back to where they were. */

ANNOPROJ_ROW(stage_flow_row, "How work flows through a stage")
ANNOPROJ_COLUMN(stage, int64, required, "", "Stage", "Id of the stage.")
ANNOPROJ_COLUMN(stage_title, dictionary, required, "", "Stage title", "Title of the stage.")
ANNOPROJ_COLUMN(type, dictionary, required, "", "Type", "As in stage_row.")
ANNOPROJ_COLUMN(entered, int64, required, "tasks", "Entered", "Times a task came into it in the window, new tasks included.")
ANNOPROJ_COLUMN(left, int64, required, "tasks", "Left", "Times a task went on from it in the window.")
ANNOPROJ_COLUMN(in_progress, int64, required, "tasks", "Work in progress", "Tasks in it at the end of the window.")
ANNOPROJ_COLUMN(throughput, double, nullable, "tasks/d", "Throughput", "left / days of the window, which goes at most from the project's first event to its last; null when that is no time.")
ANNOPROJ_COLUMN(median_cycle_time, int64, nullable, "s", "Median cycle time", "Of the stays that ended in the window by going on: from entering to going on; the smallest time that half of them do not exceed. Null for none.")
ANNOPROJ_COLUMN(p90_cycle_time, int64, nullable, "s", "P90 cycle time", "The smallest time that nine of ten do not exceed.")
ANNOPROJ_ROW_END(stage_flow_row)

/* Each stage in which tasks rest, in the order of the workflow; then those that are no longer in it, when something happened in the window.
 * Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_stage_flow(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(stage_flow_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(cumulative_flow_row, "Tasks in a stage at the end of a bucket")
ANNOPROJ_COLUMN(bucket, timestamp_us, nullable, "", "Bucket", "Start of the bucket; null without buckets and no start.")
ANNOPROJ_COLUMN(stage, int64, required, "", "Stage", "Id of the stage.")
ANNOPROJ_COLUMN(stage_title, dictionary, required, "", "Stage title", "Title of the stage.")
ANNOPROJ_COLUMN(type, dictionary, required, "", "Type", "As in stage_row.")
ANNOPROJ_COLUMN(entered, int64, required, "tasks", "Entered", "Times a task came into it in the bucket.")
ANNOPROJ_COLUMN(left, int64, required, "tasks", "Left", "Times a task went on from it in the bucket.")
ANNOPROJ_COLUMN(tasks, int64, required, "tasks", "Tasks", "Tasks in it at the end of the bucket.")
ANNOPROJ_ROW_END(cumulative_flow_row)

/* Cumulative flow: by bucket, then by stage, in the order of the workflow; then those that are no longer in it. LIMIT for more than 100,000 days, weeks or months. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_cumulative_flow(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(cumulative_flow_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(burn_down_row, "How much is left at the end of a bucket")
ANNOPROJ_COLUMN(bucket, timestamp_us, nullable, "", "Bucket", "Start of the bucket; null without buckets and no start.")
ANNOPROJ_COLUMN(added, int64, required, "tasks", "Added", "Tasks that were made in the bucket outside done stages, or came back from one.")
ANNOPROJ_COLUMN(completed, int64, required, "tasks", "Completed", "Times a task went into a done stage from another one.")
ANNOPROJ_COLUMN(remaining, int64, required, "tasks", "Remaining", "Tasks in no done stage at the end of the bucket.")
ANNOPROJ_ROW_END(burn_down_row)

/* What is left, by bucket. The stages filter changes nothing here. LIMIT for more than 100,000 days, weeks or months. Rights:
 * analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_burn_down(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(burn_down_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

typedef struct annoproj_forecast_options {
    size_t size;
    int64_t seed;                    /* of the draws: the same seed gives the same forecast */
    int64_t history_days;            /* how many days before the end of the window are drawn from; 0 = 28; at most 3,650 */
    int64_t runs;                    /* 0 = 10,000; at most 1,000,000 */
} annoproj_forecast_options;
#define ANNOPROJ_FORECAST_OPTIONS_INIT { sizeof(annoproj_forecast_options), 0, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_forecast_options_init(annoproj_forecast_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(forecast_row, "When what is left will be done")
ANNOPROJ_COLUMN(remaining, int64, required, "tasks", "Remaining", "Tasks in no done stage.")
ANNOPROJ_COLUMN(history_days, int64, required, "d", "Days of history", "Days that were drawn from: whole days of 24 hours before the moment, not before the project's first event.")
ANNOPROJ_COLUMN(completed, int64, required, "tasks", "Completed", "Tasks that went into a done stage in those days, less those that came back from one.")
ANNOPROJ_COLUMN(throughput, double, nullable, "tasks/d", "Throughput", "completed / history_days; null for x / 0.")
ANNOPROJ_COLUMN(p50_days, int64, nullable, "d", "P50", "Days that half of the runs do not exceed.")
ANNOPROJ_COLUMN(p50, timestamp_us, nullable, "", "P50 date", "The moment and p50_days.")
ANNOPROJ_COLUMN(p90_days, int64, nullable, "d", "P90", "Days that nine of ten runs do not exceed.")
ANNOPROJ_COLUMN(p90, timestamp_us, nullable, "", "P90 date", "The moment and p90_days.")
ANNOPROJ_COLUMN(undefined, dictionary, nullable, "", "Undefined", "Why there is no P50: too_little_history (less than 7 days) or out_of_sight (more than 3,650 days); null when there is one.")
ANNOPROJ_ROW_END(forecast_row)

/* A forecast from the end of the window, or now, by simulation: a run draws for each coming day one of the days of history with equal
 * chance and takes what was completed on it from what remains, until nothing does. Draw k takes day floor(r / 2^32 * history_days) before the
 * moment, where r is the upper half of the k-th number of SplitMix64 begun with the seed. INVALID for numbers out of range.
 * Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_forecast(annoproj_query *query, const annoproj_forecast_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(forecast_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(collaborator_quality_row, "How often a collaborator's work was right the first time, and how often it was done again")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(email, utf8, required, "", "Collaborator", "E-mail.")
ANNOPROJ_COLUMN(submitted, int64, required, "tasks", "Submitted tasks", "Submit actions.")
ANNOPROJ_COLUMN(resubmitted, int64, required, "tasks", "Resubmitted tasks", "Submits of a task that somebody had submitted in that stage before.")
ANNOPROJ_COLUMN(rework_rate, double, nullable, "", "Rework rate", "resubmitted / submitted.")
ANNOPROJ_COLUMN(first_decisions, int64, required, "tasks", "First decisions", "Tasks whose first approval or rejection fell when this user had submitted them last.")
ANNOPROJ_COLUMN(accepted, int64, required, "tasks", "Accepted the first time", "Those of them that were approved.")
ANNOPROJ_COLUMN(acceptance_rate, double, nullable, "", "First-pass acceptance", "accepted / first_decisions.")
ANNOPROJ_ROW_END(collaborator_quality_row)

/* First-pass acceptance and rework by e-mail; users without a figure have no row. What is first is first in the task's whole history; the
 * window says what is counted. A stage filter's review stages restrict decisions, its annotation stages submits. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_collaborator_quality(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(collaborator_quality_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(class_quality_row, "How often labels of a class were right the first time, and how often they were decided on again")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Feature of the class.")
ANNOPROJ_COLUMN(class_name, dictionary, required, "", "Class name", "Name of the class.")
ANNOPROJ_COLUMN(decisions, int64, required, "labels", "Decisions", "Approvals and rejections.")
ANNOPROJ_COLUMN(repeated, int64, required, "labels", "Repeated decisions", "Decisions on labels that had been decided on before.")
ANNOPROJ_COLUMN(rework_rate, double, nullable, "", "Rework rate", "repeated / decisions.")
ANNOPROJ_COLUMN(first_decisions, int64, required, "labels", "First decisions", "decisions - repeated.")
ANNOPROJ_COLUMN(accepted, int64, required, "labels", "Accepted the first time", "First decisions that approve.")
ANNOPROJ_COLUMN(acceptance_rate, double, nullable, "", "First-pass acceptance", "accepted / first_decisions.")
ANNOPROJ_ROW_END(class_quality_row)

/* The same for labels, in the order of the ontology; classes without a decision have no row. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_class_quality(annoproj_query *query, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(class_quality_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(overview_row, "The project at a glance")
ANNOPROJ_COLUMN(instance_labels_created, int64, required, "labels", "Instance labels created", "Distinct instances live at one submit or more, each once; text and HTML not counted.")
ANNOPROJ_COLUMN(time_spent, int64, required, "s", "Time spent", "By all users in all stages.")
ANNOPROJ_COLUMN(open_issues, int64, required, "issues", "Open issues", "Issues open now, those of removed tasks not counted.")
ANNOPROJ_COLUMN(tasks, int64, required, "tasks", "Tasks", "Tasks, removed ones not counted.")
ANNOPROJ_ROW_END(overview_row)

/* The project at a glance, lifetime. Rights: summary. */
ANNOPROJ_API annoproj_status annoproj_project_overview(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(overview_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(tasks_by_stage_row, "Tasks in a stage now")
ANNOPROJ_COLUMN(stage, int64, required, "", "Stage", "Id of the stage.")
ANNOPROJ_COLUMN(key, utf8, required, "", "Key", "Key of the stage.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title of the stage.")
ANNOPROJ_COLUMN(type, dictionary, required, "", "Type", "As in stage_row.")
ANNOPROJ_COLUMN(tasks, int64, required, "tasks", "Tasks", "Tasks in it now.")
ANNOPROJ_ROW_END(tasks_by_stage_row)

/* Tasks in each stage now, in the order of the workflow. Rights: summary. */
ANNOPROJ_API annoproj_status annoproj_project_tasks_by_stage(annoproj_project *project, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(tasks_by_stage_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - The organisation =================================================================
 * All projects of the store together, those that were deleted, too, until they are purged. */

typedef struct annoproj_organisation_options {
    size_t size;
    int64_t after_us;                /* inclusive; 0 = from the beginning */
    int64_t before_us;               /* exclusive; 0 = no end */
    int64_t limit;                   /* rows of the top users and projects; 0 = 5 */
} annoproj_organisation_options;
#define ANNOPROJ_ORGANISATION_OPTIONS_INIT { sizeof(annoproj_organisation_options), 0, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_organisation_options_init(annoproj_organisation_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(organisation_row, "The organisation at a glance")
ANNOPROJ_COLUMN(users, int64, required, "", "Users", "Users that are not disabled now.")
ANNOPROJ_COLUMN(active_users, int64, required, "", "Active users", "Users who acted on a task or an issue, or spent time.")
ANNOPROJ_COLUMN(projects, int64, required, "", "Projects", "Projects now.")
ANNOPROJ_COLUMN(submitted_tasks, int64, required, "tasks", "Tasks submitted", "Submit actions.")
ANNOPROJ_COLUMN(annotate, int64, required, "s", "Annotation time", "In annotation stages.")
ANNOPROJ_COLUMN(review, int64, required, "s", "Review time", "In review stages.")
ANNOPROJ_COLUMN(other, int64, required, "s", "Other time", "In other stages.")
ANNOPROJ_COLUMN(total, int64, required, "s", "Time spent", "Rounded from the exact sum.")
ANNOPROJ_COLUMN(instance_labels_created, int64, required, "labels", "Instance labels created", "Labels that were live at a submit for the first time; text and HTML not counted.")
ANNOPROJ_COLUMN(average_time_per_task, double, nullable, "s", "Avg time per task", "Time spent / submitted tasks.")
ANNOPROJ_ROW_END(organisation_row)

/* The organisation in a window. INVALID for a window that is none. Rights: organisation. */
ANNOPROJ_API annoproj_status annoproj_store_organisation(annoproj_session *session, const annoproj_organisation_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(organisation_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(top_users_row, "A user and what they did in all projects")
ANNOPROJ_COLUMN(user, int64, required, "", "User", "Number of the user.")
ANNOPROJ_COLUMN(email, utf8, required, "", "Collaborator", "E-mail.")
ANNOPROJ_COLUMN(submitted_tasks, int64, required, "tasks", "Tasks submitted", "Submit actions.")
ANNOPROJ_COLUMN(annotate, int64, required, "s", "Annotation time", "In annotation stages.")
ANNOPROJ_COLUMN(review, int64, required, "s", "Review time", "In review stages.")
ANNOPROJ_COLUMN(other, int64, required, "s", "Other time", "In other stages.")
ANNOPROJ_COLUMN(total, int64, required, "s", "Time spent", "Rounded from the exact sum.")
ANNOPROJ_ROW_END(top_users_row)

/* The active users who submitted most, then those who spent most time. INVALID for a window that is none and a negative limit. Rights: organisation. */
ANNOPROJ_API annoproj_status annoproj_store_top_users(annoproj_session *session, const annoproj_organisation_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(top_users_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(top_projects_row, "A project and what was done in it")
ANNOPROJ_COLUMN(project, int64, required, "", "Project", "Id of the project.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title of the project.")
ANNOPROJ_COLUMN(submitted_tasks, int64, required, "tasks", "Tasks submitted", "Submit actions.")
ANNOPROJ_COLUMN(annotate, int64, required, "s", "Annotation time", "In annotation stages.")
ANNOPROJ_COLUMN(review, int64, required, "s", "Review time", "In review stages.")
ANNOPROJ_COLUMN(other, int64, required, "s", "Other time", "In other stages.")
ANNOPROJ_COLUMN(total, int64, required, "s", "Time spent", "Rounded from the exact sum.")
ANNOPROJ_COLUMN(instance_labels_created, int64, required, "labels", "Instance labels created", "Labels that were live at a submit for the first time; text and HTML not counted.")
ANNOPROJ_ROW_END(top_projects_row)

/* The projects in which most was submitted, then most time spent; those in which nothing was done have no row. INVALID for a window that
 * is none and a negative limit. Rights: organisation. */
ANNOPROJ_API annoproj_status annoproj_store_top_projects(annoproj_session *session, const annoproj_organisation_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(top_projects_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Import and export ================================================================ */

/* Gets room for `length` bytes, puts the next ones there and says in *read how many; 0 = the end. Non-zero return ends the import
 * with CALLBACK. */
typedef int32_t (*annoproj_read_fn)(void *buffer, size_t length, size_t *read, void *user_data);

/* How to import. Labels go into tasks wherever these are, in done stages, too, where an approved label that is replaced stays approved, and
 * also while the project is paused, completed or cancelled. */
typedef struct annoproj_import_options {
    size_t size;
    annoproj_read_fn read ANNOPROJ_NULLABLE;   /* where the bytes come from instead of a path; they wait in a temporary file beside the store */
    void *user_data ANNOPROJ_NULLABLE;
    bool not_prelabels;                        /* labels: they count as made by hand as the file says (COCO: by the session's user) instead of as pre-labels */
    bool replace;                              /* labels: a task that the file has labels for, or an empty label row, keeps no other labels */
} annoproj_import_options;
#define ANNOPROJ_IMPORT_OPTIONS_INIT { sizeof(annoproj_import_options), NULL, NULL, false, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_import_options_init(annoproj_import_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Makes an ontology from the categories of a COCO file: one class for each category and shape met among the
 * annotations (a box for a category without any; polygons and masks win over boxes; keypoints are a skeleton, whose template has their names, or
 * a point when there is one); the first shape keeps the category's name, others add theirs in brackets.
 * DATA, NOT_FOUND (file), LIMIT. Rights: ontology_create. */
ANNOPROJ_API annoproj_status annoproj_ontology_import_coco(annoproj_session *session, const char *title, const char *path ANNOPROJ_NULLABLE, const annoproj_import_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *ontology ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Makes an ontology from a file that has its JSON structure, as annoproj_ontology_json gives it, at most 8 MiB. NOT_FOUND (file); DATA and
 * LIMIT as annoproj_ontology_create. Rights: ontology_create. */
ANNOPROJ_API annoproj_status annoproj_ontology_import_json(annoproj_session *session, const char *title, const char *path ANNOPROJ_NULLABLE, const annoproj_import_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *ontology ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Adds an image for each entry of `images` of a COCO file whose file name the dataset does not have yet, in one
 * transaction; an image that is there stays as it is. Images of one file name that differ in size are a fault. Members of the entry that are not read (license, date_captured, ...) are kept with the image, for annoproj_project_export_coco.
 * DATA when the file is broken: the details list up to 100 faults with byte offset and JSON pointer.
 * NOT_FOUND (dataset or file), LIMIT. Rights: dataset_change. */
ANNOPROJ_API annoproj_status annoproj_dataset_import_coco(annoproj_session *session, int64_t dataset, const char *path ANNOPROJ_NULLABLE, const annoproj_import_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *added ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(import_row, "What an import brought")
ANNOPROJ_COLUMN(images, int64, required, "", "Images", "Images, or label rows, of the file.")
ANNOPROJ_COLUMN(tasks, int64, required, "", "Tasks", "Tasks that got labels.")
ANNOPROJ_COLUMN(labels, int64, required, "", "Labels", "Labels stored.")
ANNOPROJ_COLUMN(repeated, int64, required, "", "Repeated", "Annotations that repeat an earlier one exactly, left out; 0 for label rows.")
ANNOPROJ_ROW_END(import_row)

/* Stores the annotations of a COCO file as labels (pre-labels) of the project's tasks, all or nothing. Images are matched by file name,
 * categories by the id the ontology was made from, else by name. An image with annotations that has another width or height than its data unit
 * is a fault, because they would be in the wrong place (where one of the two has none, there is nothing to compare, and data units stay as they
 * are); so is one whose data unit has several frames, or no pixels (audio, time series, texts). An annotation with keypoints and a polygon or mask becomes two
 * labels. Members that are not read, and those of `attributes`, are kept with the label as long as there is one, at most 1 MiB for an
 * annotation (as for an image): annoproj_project_export_coco. DATA: the details list up to 100 faults with byte offset
 * and JSON pointer. NOT_FOUND (file), LIMIT, STATE (archived). Rights: import. */
ANNOPROJ_API annoproj_status annoproj_project_import_coco(annoproj_project *project, const char *path ANNOPROJ_NULLABLE, const annoproj_import_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(import_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Stores the labels of label rows, a JSON list of them or a single one, in the project's tasks, all or nothing. A row belongs to the task whose
 * data unit has its data_hash, else to the only one with its data_title; classes, attributes and options are known by their feature
 * hash. Hashes of labels, authors who are users of the store (by e-mail, others become the session's user), times, confidence,
 * geometry, frames, ranges and answers are kept. A label whose hash its task has already takes that one's place, so that a file may be imported again; other
 * labels of the task stay, unless `replace` says otherwise. Archived classes, attributes and options are for labels that have them already. Of an image group, a row's data units are the frames in order of data_sequence.
 * A label has one author, one confidence and one manual flag: of objects those of the first frame, created when the first was and edited when
 * the last was; of classifications those of their answers, where these tell them. Objects of HTML documents (media type text/html) may be on ranges of nodes, range_html,
 * instead of characters: these are kept as they stand there, at most 1 MiB for a label, come out in label rows, and stay until another row
 * tells others, which is an edit as other ranges are. Points and polylines with z are in coordinates of the scene; a label has z on all its frames or on none.
 * Passed over is what says nothing that a label here could keep: names, colors and values (the ontology has them), object numbers, track
 * hashes, reviews, metadata of frames, deleted objects, answers of labels that are nowhere, and members that are not known. What would
 * change the meaning of a label is a fault instead, which says what to do: labels in spaces and of cameras of a scene (make each a data
 * unit, and give its labels in the data_units of that one's row), events of continuous scenes, members of a geometry that are not known,
 * several data units that are no image group, and a range in the answers of a classification that is not where the frames have it. DATA: the details list up to 100 faults with byte offset and JSON
 * pointer. NOT_FOUND (file), LIMIT, STATE (archived). Memory grows with the largest row, not with the file. Rights: import. */
ANNOPROJ_API annoproj_status annoproj_project_import_labels(annoproj_project *project, const char *path ANNOPROJ_NULLABLE, const annoproj_import_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(import_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Makes a project of a COCO file and a workflow document, all or nothing: an ontology as annoproj_ontology_import_coco makes it, a dataset with
 * the images, both called as the project, and their annotations as labels (pre-labels); the dataset is attached. The file is read once where images and categories
 * come before annotations. DATA: the details list up to 100 faults of the file with byte offset and JSON pointer; for the workflow DATA and LIMIT as
 * annoproj_project_create. NOT_FOUND (file), LIMIT. Rights: project_create, ontology_create, dataset_create. */
ANNOPROJ_API annoproj_status annoproj_project_create_from_coco(annoproj_session *session, const char *title, const char *workflow, const char *path ANNOPROJ_NULLABLE, const annoproj_import_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_project **project ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_project_close), annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(import_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Gets the next bytes of an export; non-zero return ends it with CALLBACK. */
typedef int32_t (*annoproj_write_fn)(const void *data, size_t length, void *user_data);

/* What to export and where to. */
typedef struct annoproj_export_options {
    size_t size;
    const char *path ANNOPROJ_NULLABLE;                                  /* a file; written beside it first, then renamed; never over a store */
    annoproj_write_fn write ANNOPROJ_NULLABLE;                           /* or a callback; exactly one of the two */
    void *user_data ANNOPROJ_NULLABLE;
    const int64_t *stages ANNOPROJ_LEN(stage_count) ANNOPROJ_NULLABLE;   /* current stages of the tasks; empty = all */
    size_t stage_count;
    const int64_t *classes ANNOPROJ_LEN(class_count) ANNOPROJ_NULLABLE;  /* features; empty = all */
    size_t class_count;
    annoproj_sign_fn sign ANNOPROJ_NULLABLE;                             /* for data_link and coco_url; without it they are the data units' links */
    const char *version_name ANNOPROJ_NULLABLE;                          /* also makes a label version of this name, of exactly what is exported */
    bool include_reviews;                                                /* label rows: `reviews` of each object and classification on a frame */
    bool coco_extended;                                                  /* COCO: more than the format has, see annoproj_project_export_coco */
} annoproj_export_options;
#define ANNOPROJ_EXPORT_OPTIONS_INIT { sizeof(annoproj_export_options), NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, NULL, false, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_export_options_init(annoproj_export_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Writes the labels stored now, drafts included, without those of branches, as COCO, in pixels: an image for each image, image of a group and
 * labelled frame, none for audio, time series, texts and PDF; masks and polygons with holes as compressed run lengths. Circles, ellipses, cuboids, 2D cuboids,
 * segmentations, points and polylines with z, and what is on audio, time series and text have no annotation. `*labels` is how many annotations were written.
 * With `coco_extended` a rotatable box is drawn turned, with the bounds of that; circles and ellipses are drawn with 64 corners, with
 * their own area and bounds and `rotation`; attributes.classifications has nested answers, too, by
 * path ("Colour/Other/Which"); images have `classifications`, those on the frame and those on the whole data unit;
 * classes that came from one category of a COCO file are one category again, with its id; and members that an imported COCO file had
 * beyond these, of images, of annotations and in `attributes`, stand there again, as they were, with `score` where the confidence is below 1.
 * With `version_name` a label version of the stages and classes chosen is made first, as annoproj_label_version_create makes it, and the file is
 * written from that: whatever is changed meanwhile, the version has what the file has. An export that fails then, or is cancelled,
 * takes its version back, so that it can be repeated as it was; the version stays only when it cannot be taken back: the process ended, the
 * store is full or was busy for 30 seconds. A repeat with the same request key writes the version that the first call made. EXISTS when the
 * project has a version of that name, STATE (archived), INVALID with `include_reviews`: versions have none. NOT_FOUND (stage, class, folder),
 * STATE when a unit must be changed and the data unit has no width or height, READONLY, CALLBACK. Rights: export; with `version_name` label_version, too. */
ANNOPROJ_API annoproj_status annoproj_project_export_coco(annoproj_project *project, const annoproj_export_options *options, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *labels ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Writes the labels stored now, drafts included, as a JSON list of label rows, one for each task, coordinates normalised. `*labels` is how many
 * labels were written. `version_name` and statuses as annoproj_project_export_coco. Rights: export; with `version_name` label_version, too. */
ANNOPROJ_API annoproj_status annoproj_project_export_labels(annoproj_project *project, const annoproj_export_options *options, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *labels ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Label versions ===================================================================
 * A label version is what the labels of a project were at one moment, under a name, for ever: nothing that happens to the project later
 * changes a byte of its export, but that erased users show as erased. It has the labels of the tasks that were in the stages chosen (drafts
 * included, of consensus `main` only), with stage and status of the tasks and with the ontology as it was. What did not
 * change since an earlier version is stored once: a version of a project in which little changed costs little.
 * When a task leaves consensus each of its branches becomes a label version of that one task, listed by annoproj_label_version_list with
 * the task, and exported, compared, restored and deleted as any other; compared with another version, only that task is looked at.
 * Label reviews and issues are not part of it. Copies of projects have no versions. */

/* What a label version has. */
typedef struct annoproj_label_version_options {
    size_t size;
    const int64_t *stages ANNOPROJ_LEN(stage_count) ANNOPROJ_NULLABLE;   /* tasks that are in these stages now; empty = all */
    size_t stage_count;
    const int64_t *classes ANNOPROJ_LEN(class_count) ANNOPROJ_NULLABLE;  /* features; empty = all */
    size_t class_count;
} annoproj_label_version_options;
#define ANNOPROJ_LABEL_VERSION_OPTIONS_INIT { sizeof(annoproj_label_version_options), NULL, 0, NULL, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_label_version_options_init(annoproj_label_version_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Makes a label version of the labels there are now. Only tasks whose labels were written since the version before cost more than
 * being looked at; where they are many, their labels are stored in steps that let others write between them (progress in
 * tasks), and the version itself is made in one transaction at the end. A call that was cancelled, or failed, leaves no version, and
 * what it stored is used by the next. EXISTS when the project has a version of that name, NOT_FOUND (stage, class), STATE
 * (archived). Rights: label_version. */
ANNOPROJ_API annoproj_status annoproj_label_version_create(annoproj_project *project, const char *name, const annoproj_label_version_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *version ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(label_version_row, "A label version")
ANNOPROJ_COLUMN(version, int64, required, "", "Version", "Id of the version; never given again.")
ANNOPROJ_COLUMN(name, utf8, required, "", "Name", "Unique in the project, but for those of branches.")
ANNOPROJ_COLUMN(created, timestamp_us, required, "", "Created", "When it was made.")
ANNOPROJ_COLUMN(creator, int64, required, "", "Creator", "User who made it, or whose the branch was; 0 = the host or nobody.")
ANNOPROJ_COLUMN(creator_email, utf8, nullable, "", "Creator e-mail", "E-mail of that user.")
ANNOPROJ_COLUMN(stages, int64_list, required, "", "Stages", "Stages its tasks were in; empty = all.")
ANNOPROJ_COLUMN(classes, int64_list, required, "", "Classes", "Features of its labels; empty = all.")
ANNOPROJ_COLUMN(tasks, int64, required, "tasks", "Tasks", "How many tasks it has.")
ANNOPROJ_COLUMN(labels, int64, nullable, "labels", "Labels", "How many labels they have; null when classes were chosen.")
ANNOPROJ_COLUMN(hash, utf8, required, "", "Hash", "SHA-256 of all that it shows: versions of a project with the same hash are the same.")
ANNOPROJ_COLUMN(task, int64, nullable, "", "Task", "The task that it is a branch of; null for versions that were made.")
ANNOPROJ_COLUMN(branch, int64, nullable, "", "Branch", "Id that the branch had.")
ANNOPROJ_ROW_END(label_version_row)

/* Which label versions. */
typedef struct annoproj_label_version_list_options {
    size_t size;
    const char *page ANNOPROJ_NULLABLE;      /* token from annoproj_table_next_page; NULL = first page */
    int64_t limit;                           /* rows of a page; 0 = 1,000; at most 10,000 */
    int64_t task;                            /* those of the branches that this task had; 0 = those that were made */
} annoproj_label_version_list_options;
#define ANNOPROJ_LABEL_VERSION_LIST_OPTIONS_INIT { sizeof(annoproj_label_version_list_options), NULL, 0, 0 }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_label_version_list_options_init(annoproj_label_version_list_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* A page of the label versions of a project, the newest first; with `task` of those that its branches became when it left consensus. A task without any has
 * an empty list. Rights: export. */
ANNOPROJ_API annoproj_status annoproj_label_version_list(annoproj_project *project, const annoproj_label_version_list_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(label_version_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Writes a label version as annoproj_project_export_coco writes the labels there are now; the options choose among what it has.
 * What is read is compared with its hash: CORRUPT. NOT_FOUND (version). INVALID with `include_reviews`, versions have none, and with `version_name`.
 * Links are signed anew. Other statuses as there. Rights: export. */
ANNOPROJ_API annoproj_status annoproj_label_version_export_coco(annoproj_project *project, int64_t version, const annoproj_export_options *options, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *labels ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Writes a label version as annoproj_project_export_labels writes the labels there are now. Statuses as annoproj_label_version_export_coco.
 * Rights: export. */
ANNOPROJ_API annoproj_status annoproj_label_version_export_labels(annoproj_project *project, int64_t version, const annoproj_export_options *options, const annoproj_call *call ANNOPROJ_NULLABLE, int64_t *labels ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

ANNOPROJ_ROW(label_change_row, "A label that differs between two label versions")
ANNOPROJ_COLUMN(task, int64, required, "", "Task", "Task it is on.")
ANNOPROJ_COLUMN(data_unit, int64, required, "", "Data unit", "Data unit of the task.")
ANNOPROJ_COLUMN(title, utf8, required, "", "Title", "Title of the data unit.")
ANNOPROJ_COLUMN(label, utf8, required, "", "Label", "Hash of the label, 8 characters.")
ANNOPROJ_COLUMN(class, int64, required, "", "Class", "Feature of its class in the later version; of a removed one in the earlier.")
ANNOPROJ_COLUMN(class_name, utf8, nullable, "", "Class name", "Name of the class there.")
ANNOPROJ_COLUMN(change, dictionary, required, "", "Change", "added, removed or changed.")
ANNOPROJ_COLUMN(class_changed, bool, required, "", "Class changed", "It is of another class.")
ANNOPROJ_COLUMN(answers_changed, bool, required, "", "Answers changed", "Answers, or the frames they hold on, differ.")
ANNOPROJ_COLUMN(geometry_changed, bool, required, "", "Geometry changed", "The shape differs on a frame that both have, or is in another unit.")
ANNOPROJ_COLUMN(frames_changed, bool, required, "", "Frames changed", "It is on other frames, or on other ranges of audio, time series or text.")
ANNOPROJ_COLUMN(details_changed, bool, required, "", "Details changed", "Confidence, manual flag, who made or edited it, or when.")
ANNOPROJ_COLUMN(frames, int64, required, "frames", "Frames", "On how many frames it differs: all frames of what was added or removed; 1 on audio, time series and text; 0 when only details differ.")
ANNOPROJ_COLUMN(first_frame, int64, nullable, "", "First frame", "The first of them.")
ANNOPROJ_ROW_END(label_change_row)

/* What is different between two label versions of a project: a page of the labels that only one of them shows, and of those that
 * both show but not as the same; by task, then by hash. 0 stands for the labels there are now, seen through the choices that
 * the other version was made with. Costs what differs, and a look at each task where one is 0. Each page
 * looks at the labels as they are then. INVALID when both are 0; NOT_FOUND (version); CORRUPT. Rights: export. */
ANNOPROJ_API annoproj_status annoproj_label_version_diff(annoproj_project *project, int64_t before, int64_t after, const annoproj_page_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(label_change_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Which tasks get the labels of a version back. */
typedef struct annoproj_label_version_restore_options {
    size_t size;
    const int64_t *tasks ANNOPROJ_LEN(task_count) ANNOPROJ_NULLABLE;  /* of the version; empty = all of them */
    size_t task_count;
    bool force;                                                       /* also of tasks that somebody else has */
    bool all_or_nothing;                                              /* the first task that is refused ends the call, and nothing is changed */
} annoproj_label_version_restore_options;
#define ANNOPROJ_LABEL_VERSION_RESTORE_OPTIONS_INIT { sizeof(annoproj_label_version_restore_options), NULL, 0, false, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_label_version_restore_options_init(annoproj_label_version_restore_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Makes the labels of tasks again what they are in a version, in one transaction: labels are written, put back with their hash, creator and
 * times, and removed as annoproj_labels_write does it, as drafts that the next action of the task publishes. A task's label set gets a new version, so
 * that whoever edits it finds a CONFLICT instead of losing work unseen. Stages, assignees, reviews and issues stay;
 * in a review stage a label that is written has its review as if the caller had written it. Where the version was made with a choice of classes, labels of others stay. Labels of
 * classes and answers that were archived since come back, too.
 * One row for each task whose labels are not as in the version, in order, with its outcome: CONFLICT when somebody else has it and `force` is
 * not set; STATE in a done stage, in a consensus review, and where a branch is worked on; NOT_FOUND when it was removed with its dataset, or
 * is not in the version. NOT_FOUND (version), STATE (archived), LIMIT for more than 10 million tasks, CORRUPT. Rights: label_version. */
ANNOPROJ_API annoproj_status annoproj_label_version_restore(annoproj_project *project, int64_t version, const annoproj_label_version_restore_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(outcome_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Deletes a label version, and what no other version has. Its name is free again. NOT_FOUND, STATE (archived). Rights: label_version. */
ANNOPROJ_API annoproj_status annoproj_label_version_delete(annoproj_project *project, int64_t version, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* ==== Section - Report page ====================================================================== */

/* Where the report page goes. */
typedef struct annoproj_report_options {
    size_t size;
    const char *path ANNOPROJ_NULLABLE;          /* a file; written beside it first, then renamed; never over a store */
    annoproj_write_fn write ANNOPROJ_NULLABLE;   /* or a callback; exactly one of the two */
    void *user_data ANNOPROJ_NULLABLE;
    const char *title ANNOPROJ_NULLABLE;         /* NULL = the project's */
} annoproj_report_options;
#define ANNOPROJ_REPORT_OPTIONS_INIT { sizeof(annoproj_report_options), NULL, NULL, NULL, NULL }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_report_options_init(annoproj_report_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Writes the report as one HTML page that needs no other file, no script and no network: figures of the project, its workflow, and
 * the query's reports as charts and tables; light or dark as the reader's screen is, and printable. One snapshot; the same bytes for
 * the same state. Without a bucket the page chooses days, weeks or months; the query's unit decides between labels and frame labels.
 * NOT_FOUND (folder), READONLY, CALLBACK, LIMIT for more than 100,000 days, weeks or months. Rights: analytics_team. */
ANNOPROJ_API annoproj_status annoproj_query_report(annoproj_query *query, const annoproj_report_options *options, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

#ifdef __cplusplus
}
#endif

#endif
