/* How far the labels of several tasks agree: class by class, for each two of them. */
#ifndef AGREEMENT_H
#define AGREEMENT_H

#include "label.h"

/* What was compared and what was alike. The agreement is 2 * matched / (items + other_items). */
typedef struct agreement {
    int32_t class;        /* 0 = all classes */
    size_t first, second; /* places of the tasks that are compared; the same = all pairs together */
    int64_t items, other_items, matched;
    double overlap; /* sum over the matched that have an area */
    int64_t measured;
} agreement;

typedef struct agreement_rule {
    double overlap;        /* least intersection over union */
    double distance;       /* greatest distance of points and polylines, as a part of the diagonal */
    double scene_distance; /* of those with z, in the unit of the scene */
} agreement_rule;

/* For each class met, in order of number, and then for all classes: each two of the tasks in order, then all pairs. In the
 * arena. STATE when the data unit has no width and height and they are needed. */
annoproj_status label_agreement(scope *scope, const int64_t *tasks, size_t count, const data_unit *unit,
                                const agreement_rule *rule, agreement **list, size_t *list_count,
                                annoproj_error **error);

#endif
