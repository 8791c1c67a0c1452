/* Statements for a connection that has the store under a name (connection.h). The library's texts name tables behind FROM and
 * JOIN and nowhere else that reads, one behind each: no statement lists tables with commas. */
#include <string.h>

#include "connection.h"
#include "text.h"

static bool is_letter(char one) {
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || one == '_';
}

static size_t word_length(const char *at) {
    size_t length = 0;
    while (is_letter(at[length]) || (length > 0 && at[length] >= '0' && at[length] <= '9')) {
        length++;
    }
    return length;
}

/* What stands at `at` as a whole: a literal, a word, blanks, or one character. */
static size_t piece_length(const char *at) {
    if (*at == '\'' || *at == '"') {
        const char *end = strchr(at + 1, *at);
        return end == NULL ? strlen(at) : (size_t)(end - at) + 1;
    }
    const size_t word = word_length(at), blanks = strspn(at, " \n");
    return word > 0 ? word : blanks > 0 ? blanks : 1;
}

static bool is(const char *word, size_t length, const char *what) {
    return length == strlen(what) && memcmp(word, what, length) == 0;
}

static void append_schema(text *to, const char *schema) {
    text_character(to, '"');
    for (const char *at = schema; *at != '\0'; at++) {
        text_append(to, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    }
    text_string(to, "\".");
}

char *sql_in_schema(const char *from, const char *schema) {
    text made = {0};
    char *out = NULL;
    bool names_table = false; /* the next word is a table, unless it is called as a function */
    for (size_t length; *from != '\0'; from += length) {
        length = piece_length(from);
        const bool word = is_letter(*from), blank = *from == ' ' || *from == '\n';
        if (word && names_table && from[length] != '(') {
            append_schema(&made, schema);
        }
        if (!blank) {
            names_table = word && (is(from, length, "FROM") || is(from, length, "JOIN") || is(from, length, "PRAGMA"));
        }
        text_append(&made, from, length);
    }
    (void)text_take(&made, &out, NULL, NULL);
    return out;
}
