/* Reading label rows: streamed, one row at a time, members in any order. What is wrong is gathered in faults; only broken JSON
 * ends the reading. */
#ifndef LABEL_ROW_READ_H
#define LABEL_ROW_READ_H

#include "faults.h"
#include "json_source.h"
#include "key_map.h"
#include "ontology.h"
#include "shape_numbers.h"

typedef struct row_place {
    const char *pointer;
    int64_t offset;
} row_place;

/* The geometry of a label on one frame, packed. */
typedef struct row_frame {
    struct row_frame *next;
    int64_t frame;
    int32_t unit; /* which data unit of the row it stands in */
    size_t length;
    const uint8_t *shape; /* for row_frame_shape() */
} row_frame;

typedef struct row_range {
    struct row_range *next;
    int64_t first, last;
    int32_t unit; /* -1 = of the whole row */
} row_range;

typedef struct row_answer {
    struct row_answer *next;
    const feature *attribute, *option; /* option NULL: text or number */
    const char *text;                  /* NULL: number */
    size_t text_length;
    number number;
    bool dynamic;
    row_range *ranges; /* dynamic: where it holds */
} row_answer;

typedef struct row_label {
    char hash[9];
    const feature *class;
    row_place place; /* where it was met first */
    size_t rank;     /* among those with answers, which are listed in the order of labels; 0 = it has no entry there */
    row_frame *frames, *last_frame;
    size_t frame_count;
    bool ascending;
    row_range *ranges, **ranges_end; /* classifications; objects of audio, time series, text */
    row_range *told;                 /* the same as its entry of answers says it */
    const uint8_t *nodes;            /* node_ranges.h; NULL = none are told */
    size_t nodes_length;
    row_answer *answers, **answers_end;
    const char *creator, *editor;  /* e-mails; NULL = not told */
    int64_t created_us, edited_us; /* INT64_MIN = not told */
    double confidence;
    bool manual, timed; /* timed: some time or author was told */
    bool settled;       /* by its entry of answers, which frames do not change */
} row_label;

typedef struct label_row {
    row_place place;
    const char *data_hash, *data_title, *data_type; /* "" = not told */
    row_label **labels;
    size_t label_count, label_capacity, ranked;
    key_map by_hash;
    row_place continuous; /* where the row says that it is of a continuous scene; NULL pointer = nowhere */
    int64_t *unit_frames; /* of each data unit: its place in the sequence */
    size_t unit_count, unit_capacity;
    size_t bytes; /* that it took of the file */
    arena memory; /* everything it points to */
} label_row;
void label_row_release(label_row *row);
/* The UUID that its data_hash is; false, and zeros, when it is none. */
bool label_row_uuid(const label_row *row, uint8_t uuid[16]);
/* The parts of a packed geometry. False when out of memory. */
bool row_frame_shape(const row_frame *frame, int32_t type, shape *out);

/* What to do with a row, which is the caller's from then on; a status that is not OK ends the reading. */
typedef struct row_sink {
    void *data;
    annoproj_status (*row)(void *data, label_row *row, annoproj_error **error);
} row_sink;

/* Reads all of it. OK also when there are faults. Labels without a fault are handed on also of rows that have some. */
annoproj_status label_rows_read(json_source *source, const bounds *bounds, faults *faults,
                                const ontology_features *features, const row_sink *sink, annoproj_error **error);

#endif
