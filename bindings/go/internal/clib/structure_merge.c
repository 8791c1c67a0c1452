/* What an update leaves out of an ontology in use is put back, archived: by editing the text, so that every member
 * that we do not know stays as it was written. */
#include "ontology_structure.h"

#include <stdlib.h>

#include "failure.h"
#include "skeleton_templates.h"

/* The text of an old entry, it and all below it archived. Entries below follow it in the array. */
static void append_archived(const ontology_structure *old, size_t index, text *out) {
    const int64_t end = old->entries[index].end;
    int64_t from = old->entries[index].start;
    /* Edits come in the order of the text: where "archived" stands, or before the closing brace of an entry that has
     * none. Open entries wait on a stack as deep as the nesting. */
    size_t open[2 * ONTOLOGY_LEVELS + 4];
    size_t depth = 0;
    for (size_t i = index;; i++) {
        bool inside = i < old->count && old->entries[i].start < end;
        while (depth > 0 && (!inside || old->entries[open[depth - 1]].end <= old->entries[i].start)) {
            const entry *closed = &old->entries[open[--depth]];
            const int64_t at = closed->archived_start >= from ? closed->archived_start : closed->end - 1;
            if (closed->archived_start < from && closed->archived_start > 0) {
                continue; /* done before its children */
            }
            text_append(out, old->json + from, (size_t)(at - from));
            text_string(out, closed->archived_start > 0 ? "true" : ",\"archived\":true");
            from = closed->archived_start > 0 ? closed->archived_end : at;
        }
        if (!inside) {
            break;
        }
        const entry *opened = &old->entries[i];
        const entry *child = i + 1 < old->count && old->entries[i + 1].start < opened->end ? opened + 1 : NULL;
        if (opened->archived_start > 0 && (!child || opened->archived_start < child->start)) {
            text_append(out, old->json + from, (size_t)(opened->archived_start - from));
            text_string(out, "true");
            from = opened->archived_end;
        }
        open[depth++] = i;
    }
    text_append(out, old->json + from, (size_t)(end - from));
}

typedef struct insertion {
    int64_t at;         /* in the new text */
    const char *before; /* what opens the list when it is not there: ,"options":[ */
    bool filled;        /* the list has entries */
    int32_t entry;      /* of the old structure; for a skeleton template its number behind all entries */
} insertion;

static int by_place(const void *left, const void *right) {
    const insertion *a = left, *b = right;
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return (a->entry > b->entry) - (a->entry < b->entry);
}

static insertion place_in_root(const ontology_structure *next, const entry *missing) {
    const bool object = missing->kind == FEATURE_OBJECT;
    const entry_list *list = object ? &next->objects : &next->classifications;
    if (list->close > 0) {
        return (insertion){.at = list->close, .filled = list->filled};
    }
    if (next->root_filled) {
        return (insertion){.at = next->root_end, .before = object ? ",\"objects\":[" : ",\"classifications\":["};
    }
    return (insertion){.at = next->root_end, .before = object ? "\"objects\":[" : "\"classifications\":["};
}

static insertion place_of_template(const ontology_structure *next) {
    if (next->template_list.close > 0) {
        return (insertion){.at = next->template_list.close, .filled = next->template_list.filled};
    }
    return (insertion){.at = next->root_end,
                       .before = next->root_filled ? ",\"skeleton_templates\":[" : "\"skeleton_templates\":["};
}

static insertion place_in_entry(const entry *parent) {
    if (parent->children.close > 0) {
        return (insertion){.at = parent->children.close, .filled = parent->children.filled};
    }
    const bool is_class = parent->kind == FEATURE_OBJECT || parent->kind == FEATURE_CLASSIFICATION;
    return (insertion){.at = parent->end - 1, .before = is_class ? ",\"attributes\":[" : ",\"options\":["};
}

static void write_merged(const ontology_structure *old, const ontology_structure *next, const insertion *insertions,
                         size_t count, text *out) {
    int64_t from = 0;
    bool root_filled = next->root_filled;
    for (size_t i = 0; i < count; i++) {
        const insertion *at = &insertions[i];
        const insertion *previous = i > 0 ? &insertions[i - 1] : NULL;
        const bool same_list = previous && previous->at == at->at && previous->before == at->before;
        if (!same_list) {
            if (previous && previous->before) {
                text_character(out, ']');
            }
            text_append(out, next->json + from, (size_t)(at->at - from));
            from = at->at;
            if (at->before) {
                /* Both lists of an empty root: the second needs a comma. */
                const bool comma = at->at == next->root_end && root_filled && at->before[0] != ',';
                text_string(out, comma ? "," : "");
                text_string(out, at->before);
                root_filled = root_filled || at->at == next->root_end;
            }
        }
        if (same_list || at->filled) {
            text_character(out, ',');
        }
        if ((size_t)at->entry < old->count) {
            append_archived(old, (size_t)at->entry, out);
        } else {
            const skeleton_template *kept = &old->templates[(size_t)at->entry - old->count];
            text_append(out, old->json + kept->start, (size_t)(kept->end - kept->start));
        }
    }
    if (count > 0 && insertions[count - 1].before) {
        text_character(out, ']');
    }
    text_append(out, next->json + from, next->length - (size_t)from);
}

annoproj_status structure_merge(const ontology_structure *old, const ontology_structure *next, text *out, bool *added,
                                annoproj_error **error) {
    int32_t *order = structure_order(next);
    insertion *insertions = allocate((old->count + old->template_count + 1) * sizeof *insertions);
    size_t count = 0;
    annoproj_status status = ANNOPROJ_OK;
    if (!order || !insertions) {
        status = fail_memory(error);
        goto done;
    }
    for (size_t i = 0; i < old->count; i++) {
        const entry *at = &old->entries[i];
        if (structure_find(next, order, at->hash) >= 0) {
            continue;
        }
        if (at->parent < 0) {
            insertions[count] = place_in_root(next, at);
        } else {
            int32_t parent = structure_find(next, order, old->entries[at->parent].hash);
            if (parent < 0) {
                continue; /* comes with its parent */
            }
            insertions[count] = place_in_entry(&next->entries[parent]);
        }
        insertions[count++].entry = (int32_t)i;
    }
    for (size_t i = 0; i < old->template_count; i++) {
        if (!skeleton_template_is_kept(&old->templates[i], next)) {
            insertions[count] = place_of_template(next);
            insertions[count++].entry = (int32_t)(old->count + i);
        }
    }
    qsort(insertions, count, sizeof *insertions, by_place);
    write_merged(old, next, insertions, count, out);
    *added = count > 0;
    status = out->failed ? fail_memory(error) : ANNOPROJ_OK;
done:
    release(order);
    release(insertions);
    return status;
}
