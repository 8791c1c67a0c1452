/* Exact decimals: mantissa * 10^-scale. What labels and JSON numbers are made of; a double is only
 * the fallback for numbers of more than 18 digits. */
#ifndef DECIMAL_H
#define DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct decimal {
    int64_t mantissa; /* |mantissa| < 10^18, no trailing zeros once normalised; 0 has scale 0 */
    int32_t scale;    /* -300..340: digits behind the point; negative for 5e20 */
} decimal;

/* A JSON number's text. False when it has more than 18 significant digits or an extreme exponent:
 * then use text_to_double(). -0 becomes 0. */
bool decimal_parse(const char *text, size_t length, decimal *out);
/* The shortest decimal that reads back as exactly this double; false for NaN, infinity and doubles
 * that need more than 18 digits behind a common exponent. */
bool decimal_from_double(double value, decimal *out);
double decimal_to_double(decimal value); /* correctly rounded */
/* That double, and whether decimal_from_double() makes the same decimal of it again. */
bool decimal_told_by_double(decimal value, double *out);
/* The mantissa at a scale that is not smaller; false when it takes more than 64 bits. */
bool decimal_at_scale(decimal value, int32_t scale, int64_t *mantissa);
#define DECIMAL_LONGEST 360
/* Returns the length; `out` has DECIMAL_LONGEST bytes, of which others may be written, too; no NUL. Plain notation when
 * short, else exponent. Normalised or not. */
int decimal_print(decimal value, char *out);
decimal decimal_from_int64(int64_t value);
decimal decimal_shortest(int64_t mantissa, int32_t scale); /* without zeros at the end */
extern const uint64_t powers_of_ten[20];
#define INT64_LONGEST 20
int int64_print(int64_t value, char *out); /* returns the length; `out` has INT64_LONGEST bytes; no NUL */

/* The parts of a JSON number: mantissa * 10^exponent, mantissa without trailing zeros. False when the
 * mantissa does not fit into 64 bits. */
typedef struct number_parts {
    uint64_t mantissa;
    int64_t exponent;
    bool negative;
} number_parts;

bool number_split(const char *text, size_t length, number_parts *out);

bool text_to_double(const char *text, size_t length, double *out); /* correctly rounded; false if not finite */
int double_print(double value, char *out);                         /* shortest round-trip form, at most 32 bytes */

#endif
