/* What data a consensus takes. */
#include "consensus_units.h"

#include "failure.h"
#include "workflow.h"

/* Groups are judged part by part: a branch taken whole would not do. */
annoproj_status consensus_check_units(scope *in, const stage_facts *stage, int64_t first_unit, int64_t last_unit,
                                      annoproj_error **error) {
    static const char query[] =
        "SELECT s.key, r.key, (SELECT min(id) FROM data_unit WHERE id BETWEEN ?2 AND ?3 AND data_type = ?4) FROM stage "
        "s JOIN stage_edge e ON e.stage = s.id AND e.name = 'submit' JOIN stage r ON r.id = e.target"
        " WHERE s.id = ?1 AND r.consensus = ?5";
    struct quoted annotate, review;
    annoproj_status found = ANNOPROJ_OK;
    if (stage->type != STAGE_CONSENSUS_ANNOTATION)
        return ANNOPROJ_OK;
    statement *find = sql(in->database, query);
    bind_int64(find, stage->id);
    bind_int64(find, first_unit);
    bind_int64(find, last_unit);
    bind_int64(find, ANNOPROJ_DATA_GROUP);
    bind_int64(find, CONSENSUS_DETERMINE);
    if (sql_row(find) && !column_is_null(find, 2))
        found = fail(error, ANNOPROJ_STATE,
                     "data unit %lld is a group, and stage %s of project %lld leads to the consensus %s of kind "
                     "`determine`: group data "
                     "needs kind `refine`",
                     (long long)column_int64(find, 2), quoted(&annotate, column_text(find, 0), column_length(find, 0)),
                     (long long)PROJECT_OF(stage->id), quoted(&review, column_text(find, 1), column_length(find, 1)));
    annoproj_status status = sql_end(find, found == ANNOPROJ_OK ? error : NULL);
    return found != ANNOPROJ_OK ? found : status;
}
