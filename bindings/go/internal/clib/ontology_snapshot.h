/* An ontology as one blob that can be kept: its JSON, and the number of each entry. */
#ifndef ONTOLOGY_SNAPSHOT_H
#define ONTOLOGY_SNAPSHOT_H

#include "ontology.h"

annoproj_status ontology_snapshot(scope *scope, int64_t ontology, bytes *out, annoproj_error **error);
/* The features of such a blob, as ontology_load() gives them. CORRUPT. */
annoproj_status ontology_snapshot_load(scope *scope, const bytes *snapshot, ontology_features *out,
                                       annoproj_error **error);

#endif
