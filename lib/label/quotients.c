/* Finding denominators (quotients.h). */
#include "quotients.h"

#include <math.h>
#include <string.h>

#define MOST_DENOMINATOR 0x1p20 /* of one number */
#define MOST_COMMON      ((uint64_t)1 << 26)
#define NEAR             4       /* doubles between a value and its quotient */
#define FAR              0x1p-49 /* twice as far as that, as a share */
#define MOST_POWER       30      /* of two, as a denominator: float32 has 24 bits */
#define MOST_QUOTIENT    0x1p62

static int64_t bits_of_double(double value) {
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of_bits(int64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool quotient_of(double value, uint64_t denominator, int64_t *integer, int64_t *correction) {
    const double product = fabs(value) * (double)denominator;
    if (!(product < MOST_QUOTIENT)) {
        return false;
    }
    const int64_t nearest = (int64_t)(product < 0x1p52 ? product + 0.5 : product);
    if (fabs(product - (double)nearest) > product * FAR) {
        return false;
    }
    *integer = value < 0 ? -nearest : nearest;
    *correction = bits_of_double(fabs(value)) - bits_of_double((double)nearest / (double)denominator);
    return *correction >= -NEAR && *correction <= NEAR && (nearest > 0 || value == 0); /* 0 has no sign to keep */
}

bool quotient_value(int64_t integer, uint64_t denominator, int64_t correction, double *out) {
    const int64_t bits = bits_of_double(fabs((double)integer) / (double)denominator) + correction;
    *out = double_of_bits(bits);
    const bool sound = bits >= 0 && isfinite(*out);
    *out = integer < 0 ? -*out : *out;
    return sound;
}

/* The power of two that makes a value, which is finite, an integer; of 0 and of what is next to it 0. */
static int power_of(double value) {
    const int64_t bits = bits_of_double(value);
    const int exponent = (int)(bits >> 52 & 0x7FF) - 1075;
    return exponent == -1075 ? 0 : -exponent - __builtin_ctzll((uint64_t)bits | UINT64_C(1) << 52);
}

/* The least denominator with a quotient near a value, by its continued fraction; 0 when only such as any value has. */
static uint64_t denominator_near(double value) {
    if (!(value < 0x1p53)) {
        return 0; /* an integer */
    }
    const double gap = double_of_bits(bits_of_double(value) + 1) - value, most = sqrt(0x1p-8 / gap);
    double rest = value - (double)(int64_t)value;
    uint64_t before = 0, denominator = 1;
    while (rest > 0) {
        const double inverse = 1 / rest;
        if (inverse > MOST_DENOMINATOR + 1) {
            return 0;
        }
        const double whole = (double)(int64_t)inverse, next = whole * (double)denominator + (double)before;
        int64_t integer, correction;
        if (next > most || next > MOST_DENOMINATOR) {
            return 0;
        }
        before = denominator;
        denominator = (uint64_t)next;
        rest = inverse - whole;
        if (quotient_of(value, denominator, &integer, &correction)) {
            return denominator;
        }
    }
    return 0;
}

static uint64_t together(uint64_t a, uint64_t b) {
    uint64_t one = a, other = b;
    while (other > 0) {
        const uint64_t rest = one % other;
        one = other;
        other = rest;
    }
    return a / one * b;
}

static bool divide(quotient *one, uint64_t denominator) {
    return quotient_of(one->value, denominator, &one->integer, &one->correction);
}

static bool divide_all(quotient *list, size_t count, uint32_t axis, uint64_t denominator) {
    for (size_t i = 0; i < count; i++) {
        if (list[i].axis == axis && !divide(&list[i], denominator)) {
            return false;
        }
    }
    return true;
}

/* Raised wherever it does not do; what was divided by less is divided again. */
static uint64_t common_denominator(quotient *list, size_t count, uint32_t axis) {
    uint64_t common = 1;
    size_t by_less = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].axis != axis || divide(&list[i], common)) {
            continue;
        }
        const uint64_t own = denominator_near(fabs(list[i].value));
        common = own > 0 ? together(common, own) : 0;
        if (common == 0 || common > MOST_COMMON) {
            return 0;
        }
        by_less = i + 1;
    }
    return divide_all(list, by_less, axis, common) ? common : 0;
}

/* A power of two (float32), or a denominator of another kind. All are divided by it. */
static uint64_t denominator_of_axis(quotient *list, size_t count, uint32_t axis) {
    int power = 0;
    for (size_t i = 0; i < count && power <= MOST_POWER; i++) {
        const int own = list[i].axis == axis ? power_of(list[i].value) : 0;
        power = own > power ? own : power;
    }
    if (power > MOST_POWER) {
        return common_denominator(list, count, axis);
    }
    return divide_all(list, count, axis, UINT64_C(1) << power) ? UINT64_C(1) << power : 0;
}

bool quotient_likely(double value) {
    return isfinite(value) && (power_of(value) <= MOST_POWER || denominator_near(fabs(value)) > 0);
}

bool quotients_find(quotient *list, size_t count, uint64_t denominators[2]) {
    for (uint32_t axis = 0; axis < 2; axis++) {
        denominators[axis] = denominator_of_axis(list, count, axis);
        if (denominators[axis] == 0) {
            return false;
        }
    }
    return true;
}
