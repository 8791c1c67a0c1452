
/* ==== Section - Gadgets ==========================================================================
 * A noun that only the tests of the bindings have. */

typedef struct annoproj_gadget annoproj_gadget;

enum annoproj_gadget_mood_values {
    ANNOPROJ_GADGET_CALM = 0,
    ANNOPROJ_GADGET_LOUD = 1
};
typedef int32_t annoproj_gadget_mood;

ANNOPROJ_ROW(gadget_row, "A part of a gadget")
ANNOPROJ_COLUMN(part, int64, required, "", "Part", "Number of the part.")
ANNOPROJ_COLUMN(weight, double, nullable, "g", "Weight", "Null for every third.")
ANNOPROJ_COLUMN(name, utf8, nullable, "", "Name", "Null for every second.")
ANNOPROJ_COLUMN(mood, dictionary, nullable, "", "Mood", "calm or loud, null for every fourth.")
ANNOPROJ_COLUMN(made, timestamp_us, nullable, "", "Made", "Number of the part in microseconds; null for the first.")
ANNOPROJ_COLUMN(whole, bool, required, "", "Whole", "Whether its number is even.")
ANNOPROJ_COLUMN(class, int64_list, required, "", "Class", "The sizes from the first to this part's.")
ANNOPROJ_COLUMN(halves, double_list, required, "", "Halves", "Half of them.")
ANNOPROJ_COLUMN(words, utf8_list, required, "", "Words", "As many times the gadget's name as its number, modulo 3.")
ANNOPROJ_COLUMN(raw, binary, nullable, "", "Raw", "Its number in one byte; null for the second.")
ANNOPROJ_ROW_END(gadget_row)

/* Says one line. */
typedef void (*annoproj_gadget_fn)(int32_t part, const char *name, void *user_data);

/* Gets bytes. */
typedef int32_t (*annoproj_gadget_write_fn)(const void *data, size_t length, void *user_data);

/* Gives the time of a part. */
typedef int32_t (*annoproj_gadget_time_fn)(int64_t *time_us, void *user_data);

/* Fills bytes. */
typedef int32_t (*annoproj_gadget_fill_fn)(void *buffer, size_t length, void *user_data);

/* What a gadget is made of. */
typedef struct annoproj_gadget_options {
    size_t size;
    const char *name ANNOPROJ_NULLABLE;                     /* NULL = "gadget" */
    const int64_t *sizes ANNOPROJ_LEN(part_count) ANNOPROJ_NULLABLE; /* one for each part */
    const double *weights ANNOPROJ_LEN(part_count) ANNOPROJ_NULLABLE;
    size_t part_count;
    annoproj_gadget_fn told ANNOPROJ_NULLABLE;              /* told each part */
    annoproj_gadget_write_fn write ANNOPROJ_NULLABLE;       /* gets the name */
    annoproj_gadget_time_fn clock ANNOPROJ_NULLABLE;
    annoproj_gadget_fill_fn fill ANNOPROJ_NULLABLE;
    void *user_data ANNOPROJ_NULLABLE;
    annoproj_gadget_mood mood ANNOPROJ_ENUM(annoproj_gadget_mood);
    bool unnamed;
} annoproj_gadget_options;
#define ANNOPROJ_GADGET_OPTIONS_INIT { sizeof(annoproj_gadget_options), NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, false }

/* Fills in the defaults. */
ANNOPROJ_API void annoproj_gadget_options_init(annoproj_gadget_options *options ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Makes a gadget and says how many live and what the clock and the first filled byte said. */
ANNOPROJ_API annoproj_status annoproj_gadget_make(const annoproj_gadget_options *options ANNOPROJ_NULLABLE, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_gadget **gadget ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_gadget_close), int64_t *living ANNOPROJ_OUT, int64_t *time_us ANNOPROJ_OUT, int32_t *byte ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* Closes a gadget. NULL is fine. */
ANNOPROJ_API void annoproj_gadget_close(annoproj_gadget *gadget ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);

/* How many gadgets are open. Any thread. */
ANNOPROJ_API int64_t annoproj_gadgets_open(void) ANNOPROJ_SINCE(0, 1);

/* The parts. LIMIT when the gadget has more than a thousand. */
ANNOPROJ_API annoproj_status annoproj_gadget_parts(annoproj_gadget *gadget, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free) ANNOPROJ_ROWS(gadget_row), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The name, or NONE for an unnamed gadget; `*mood` is valid then too. */
ANNOPROJ_API annoproj_status annoproj_gadget_name(annoproj_gadget *gadget, char **name ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free), annoproj_gadget_mood *mood ANNOPROJ_OUT ANNOPROJ_ENUM(annoproj_gadget_mood), annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* The parts of another one, or NONE when there is none that is named. */
ANNOPROJ_API annoproj_status annoproj_gadget_twin(annoproj_gadget *gadget, annoproj_gadget *other, annoproj_gadget **twin ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_gadget_close), int32_t *parts ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);

/* Runs until its deadline has passed or it is cancelled; tells its progress without end. Adds up `numbers`. */
ANNOPROJ_API annoproj_status annoproj_gadget_run(annoproj_gadget *gadget, const int64_t *numbers ANNOPROJ_LEN(count), const double *factors ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE, size_t count, const annoproj_call *call ANNOPROJ_NULLABLE, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_BLOCKING ANNOPROJ_SINCE(0, 1);

/* The sum of numbers times factors and the address of the numbers. */
ANNOPROJ_API annoproj_status annoproj_gadget_sum(annoproj_gadget *gadget, const int64_t *numbers ANNOPROJ_LEN(count), const double *factors ANNOPROJ_LEN(count) ANNOPROJ_NULLABLE, size_t count, int64_t at_us, const char *path, double *sum ANNOPROJ_OUT, int64_t *address ANNOPROJ_OUT, int64_t *at ANNOPROJ_OUT, int64_t *path_length ANNOPROJ_OUT, annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);
