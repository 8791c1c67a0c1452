/* What may be seen of datasets and ontologies: one predicate for each, for lists, single gets, attaching and the gate.
 *
 * Whoever changes all of them sees all; others see what they made and what their projects use, and an admin also what a
 * project once had, so that it can be attached again. A statement takes its rows FROM SEER and begins its parameters with
 * bind_seer(): ?1 is the user, ?2 to ?4 are roles by the table of operations; its own follow from ?5. */
#ifndef SEEN_H
#define SEEN_H

#include "access.h"

#define SEER       " (SELECT ?1 AS id) me LEFT JOIN user self ON self.id = me.id"
#define SEER_FIRST 5

#define SEES_ALL "(me.id = 0 OR ?4 >> self.org_role & 1)"
/* One dataset d. */
#define DATASET_SEEN                                                                                                   \
    " (" SEES_ALL " OR d.creator = me.id OR EXISTS(SELECT 1 FROM project_dataset pd JOIN collaborator c"               \
    " ON c.project = pd.project AND c.user = me.id JOIN project p ON p.id = pd.project WHERE pd.dataset = d.id"        \
    " AND ((pd.attached = 1 AND p.deleted_us IS NULL AND ?2 >> c.role & 1) OR ?3 >> c.role & 1)))"
/* One's own: made by oneself, or used by projects that one administers and by no other. */
#define DATASET_OWN                                                                                                    \
    " (" SEES_ALL " OR d.creator = me.id OR coalesce((SELECT min(coalesce(?3 >> c.role & 1, 0)) FROM project_dataset"  \
    " pd LEFT JOIN collaborator c ON c.project = pd.project AND c.user = me.id"                                        \
    " WHERE pd.dataset = d.id AND pd.attached = 1), 0))"

/* One ontology o. */
#define ONTOLOGY_SEEN                                                                                                  \
    " (" SEES_ALL " OR o.creator = me.id OR EXISTS(SELECT 1 FROM project p JOIN collaborator c ON c.project = p.id"    \
    " AND c.user = me.id WHERE p.ontology = o.id AND iif(p.deleted_us IS NULL, ?2, ?3) >> c.role & 1))"
#define ONTOLOGY_OWN                                                                                                   \
    " (" SEES_ALL " OR o.creator = me.id OR coalesce((SELECT min(coalesce(?3 >> c.role & 1, 0)) FROM project p"        \
    " LEFT JOIN collaborator c ON c.project = p.id AND c.user = me.id WHERE p.ontology = o.id), 0))"

/* One project p with the seer's place c in it; ?4 are org roles that see every project. Statements take their rows FROM
 * PROJECT_SEER and begin their parameters with bind_project_seer(). */
#define PROJECT_SEER SEER " CROSS JOIN project p LEFT JOIN collaborator c ON c.project = p.id AND c.user = me.id"
#define PROJECT_SEEN " (p.purging = 0 AND (" SEES_ALL " OR iif(p.deleted_us IS NULL, ?2, ?3) >> c.role & 1))"
void bind_project_seer(statement *find, const scope *in);

/* Binds ?1 to ?4. */
void bind_seer(statement *find, const scope *in);

#endif
