/* Public functions: the figures of the organisation. */
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "query.h"

#define LIMIT_DEFAULT 5

typedef annoproj_status (*report_fn)(scope *in, const organisation_query *asked, annoproj_table **table,
                                     annoproj_error **error);

typedef struct organisation_call {
    organisation_query asked;
    report_fn make;
    annoproj_table *table;
} organisation_call;

void annoproj_organisation_options_init(annoproj_organisation_options *options) {
    if (options)
        *options = (annoproj_organisation_options)ANNOPROJ_ORGANISATION_OPTIONS_INIT;
}

static annoproj_status read_report(scope *in, void *arguments, annoproj_error **error) {
    organisation_call *made = arguments;
    return made->make(in, &made->asked, &made->table, error);
}

static annoproj_status read_options(const annoproj_organisation_options *options, organisation_query *asked,
                                    annoproj_error **error) {
    annoproj_organisation_options own;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK)
        status = query_check_window(own.after_us, own.before_us, error);
    if (status == ANNOPROJ_OK && own.limit < 0)
        status = fail(error, ANNOPROJ_INVALID, "`limit` is %lld: give how many rows are wanted, or 0 for %d",
                      (long long)own.limit, LIMIT_DEFAULT);
    if (status == ANNOPROJ_OK)
        *asked = (organisation_query){own.after_us, own.before_us, own.limit == 0 ? LIMIT_DEFAULT : own.limit};
    return status;
}

static annoproj_status run(annoproj_session *handle, const annoproj_organisation_options *options, report_fn make,
                           const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    organisation_call made = {.make = make};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = read_options(options, &made.asked, error);
    if (status != ANNOPROJ_OK)
        return status;
    handle_call what = {.operation = ANNOPROJ_OPERATION_ORGANISATION, .arguments = &made};
    return session_read_table(handle, &what, read_report, call, &made.table, table, error);
}

annoproj_status annoproj_store_organisation(annoproj_session *handle, const annoproj_organisation_options *options,
                                            const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    return run(handle, options, report_organisation, call, table, error);
}

annoproj_status annoproj_store_top_users(annoproj_session *handle, const annoproj_organisation_options *options,
                                         const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    return run(handle, options, report_top_users, call, table, error);
}

annoproj_status annoproj_store_top_projects(annoproj_session *handle, const annoproj_organisation_options *options,
                                            const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    return run(handle, options, report_top_projects, call, table, error);
}
