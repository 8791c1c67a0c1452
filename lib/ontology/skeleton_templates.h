/* The skeleton templates of an ontology: which vertices the labels of a skeleton class have. */
#ifndef SKELETON_TEMPLATES_H
#define SKELETON_TEMPLATES_H

#include "json_read.h"
#include "ontology_structure.h"

/* The array behind "skeleton_templates". DATA and LIMIT name JSON pointer and byte. */
annoproj_status skeleton_templates_read(json_reader *from, ontology_structure *structure, annoproj_error **error);
void skeleton_templates_release(ontology_structure *structure);

/* The template of a class: the one with its hash as feature_node_hash, else the one with its name; NULL when there is
 * none. */
const skeleton_template *skeleton_template_of(const ontology_structure *structure, const entry *class);

/* Whether the classes of `old` keep their vertices, in their order, in `next` (new ones may follow). STATE names the
 * vertex. */
annoproj_status skeleton_templates_check_kept(const ontology_structure *old, const ontology_structure *next,
                                              annoproj_error **error);
/* Whether `next` has a template of `old`: one with its hash, or its name when it has none. */
bool skeleton_template_is_kept(const skeleton_template *template, const ontology_structure *next);

#endif
