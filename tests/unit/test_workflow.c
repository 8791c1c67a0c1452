/* Workflow documents: what is read, and every rule by name. */
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "workflow_document.h"

#define ANNOTATE     "{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"r\"}}"
#define REVIEW       "{\"key\":\"r\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"c\",\"reject\":\"a\"}}"
#define COMPLETE     "{\"key\":\"c\",\"type\":\"DONE\"}"
#define FLOW(stages) "{\"start\":\"a\",\"stages\":[" stages "]}"

static void reads_settings(void **state) {
    (void)state;
    static const char json[] = "{\"start\":\"a\",\"note\":[1],\"stages\":["
                               "{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"Annotate\",\"edges\":{\"submit\":"
                               "\"r\"},\"settings\":{\"members\":"
                               "[\"Ann@X.org\",\"bob@x.org\"],\"hide_unassigned\":true,\"allow_reassessment\":true,"
                               "\"require_complete_labels\":false}},"
                               "{\"key\":\"r\",\"type\":\"REVIEW\",\"edges\":{\"reject\":\"a\",\"approve\":\"c\"},"
                               "\"settings\":{\"strict_review\":false,"
                               "\"reviewer_not_submitter\":true,\"reassign_rejected_to_submitter\":false}},"
                               "{\"key\":\"c\",\"type\":\"DONE\",\"title\":\"Complete\"},{\"key\":\"x\",\"type\":"
                               "\"DONE\",\"settings\":{\"archive\":true}}]}";
    annoproj_error *error = NULL;
    workflow_plan plan;
    assert_ok(workflow_plan_read(&plan, json, strlen(json), &error), error);
    assert_int_equal(plan.count, 4);
    assert_int_equal(plan.start_index, 0);
    const document_stage *annotate = &plan.stages[0], *review = &plan.stages[1];
    assert_string_equal(annotate->title, "Annotate");
    assert_true(annotate->members_listed && annotate->hide_unassigned && annotate->allow_reassessment);
    assert_false(annotate->require_complete_labels);
    assert_int_equal(annotate->member_count, 2);
    assert_string_equal(annotate->members[0], "ann@x.org");
    assert_int_equal(annotate->target[EDGE_SUBMIT], 1);
    assert_string_equal(review->title, "r");
    assert_false(review->strict_review || review->reassign_rejected || review->members_listed ||
                 review->hide_unassigned);
    assert_true(review->reviewer_not_submitter);
    assert_int_equal(review->target[EDGE_APPROVE], 2);
    assert_int_equal(review->target[EDGE_REJECT], 0);
    assert_false(plan.stages[2].archive);
    assert_true(plan.stages[3].archive);
    workflow_plan_release(&plan);
}

static void has_defaults(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    workflow_plan plan;
    static const char json[] = FLOW(ANNOTATE "," REVIEW "," COMPLETE);
    assert_ok(workflow_plan_read(&plan, json, strlen(json), &error), error);
    assert_true(plan.stages[0].require_complete_labels && plan.stages[1].strict_review &&
                plan.stages[1].reassign_rejected);
    assert_false(plan.stages[0].hide_unassigned || plan.stages[0].allow_reassessment || plan.stages[0].members_listed);
    assert_false(plan.stages[1].reviewer_not_submitter || plan.stages[1].hide_unassigned);
    workflow_plan_release(&plan);
}

static void expect_fault(const char *json, const char *words, const char *more) {
    annoproj_error *error = NULL;
    workflow_plan plan;
    const annoproj_status status = workflow_plan_read(&plan, json, strlen(json), &error);
    const char *message = annoproj_error_message(error);
    if (status != ANNOPROJ_DATA || !strstr(message, words) || !strstr(message, more) ||
        annoproj_error_detail_count(error) < 2) {
        fail_msg("%s\ngave %d: %s", json, (int)status, message);
    }
    annoproj_error_free(error);
    workflow_plan_release(&plan);
}

/* The pointers of all faults, in order, with a line for each. */
static void expect_faults(const char *json, const char *pointers) {
    annoproj_error *error = NULL;
    workflow_plan plan;
    char found[1024] = "";
    assert_int_equal(workflow_plan_read(&plan, json, strlen(json), &error), ANNOPROJ_DATA);
    workflow_plan_release(&plan);
    for (size_t i = 0; i < annoproj_error_detail_count(error); i++) {
        const char *told = annoproj_error_detail_value(error, i), *end = strstr(told, " (byte ");
        const size_t used = strlen(found);
        if (strcmp(annoproj_error_detail_key(error, i), "fault") == 0)
            snprintf(found + used, sizeof found - used, "%.*s\n", end ? (int)(end - told) : 0, told);
    }
    assert_string_equal(found, pointers);
    annoproj_error_free(error);
}

/* Those of one kind together: first what stages say, then what they are to each other, then the graph. */
static void tells_all_faults(void **state) {
    (void)state;
    expect_faults(
        "{\"start\":[\"a\"],\"stages\":[3,{\"key\":{\"k\":1},\"type\":\"NONE\",\"settings\":{\"webhook\":[],\"colour\":"
        "{\"a\":1},"
        "\"assignment_ttl\":-1,\"members\":[\"x@y.org\",5]},\"edges\":{\"skip\":\"c\",\"submit\":7}},"
        "{\"key\":\"p\",\"type\":\"AGENT\",\"pathways\":[1,{\"key\":\"q\",\"percentage\":2,\"rule\":{\"colour\":"
        "\"red\"},\"to\":"
        "\"c\"},{\"title\":\"no "
        "key\"}]},{\"type\":\"DONE\"},{\"key\":\"d\",\"type\":\"DONE\",\"settings\":{\"archive\":true,"
        "\"webhook\":true,\"annotators\":2}}]}",
        "/start\n/stages/0\n/stages/1/key\n/stages/1/type\n/stages/1/settings/webhook\n/stages/1/settings/colour\n"
        "/stages/1/settings/assignment_ttl\n/stages/1/settings/members/1\n/stages/1/edges/skip\n/stages/1/edges/"
        "submit\n/stages/2/pathways/0\n/stages/2/pathways/1/percentage\n/stages/2/pathways/1/rule\n/stages/2/"
        "pathways/2\n/stages/3\n/stages/4\n/stages/4\n");
    expect_faults(
        "{\"start\":\"z\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"approve\":\"b\"}},"
        "{\"key\":\"a\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"x\"}},"
        "{\"key\":\"p\",\"type\":\"PERCENTAGE_ROUTER\",\"pathways\":[{\"key\":\"q\",\"percentage\":0.5,\"to\":\"p\"},"
        "{\"key\":\"q\",\"to\":\"y\"}]},{\"key\":\"u\",\"type\":\"USER_ROUTER\"}]}",
        "/stages/1\n/start\n/stages/0\n/stages/0\n/stages/1\n/stages/1\n/stages/2/pathways/0\n/stages/2/pathways/1\n"
        "/stages/2/pathways/1\n/stages/2/pathways/1\n/stages/2\n/stages/3\n/stages/3\n");
    expect_faults("{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"u\"}},"
                  "{\"key\":\"u\",\"type\":\"USER_ROUTER\",\"pathways\":[{\"key\":\"q\",\"users\":[\"x@y.org\"],\"to\":"
                  "\"v\"}],\"edges\":{"
                  "\"default\":\"v\"}},{\"key\":\"v\",\"type\":\"USER_ROUTER\",\"pathways\":[{\"key\":\"q\",\"users\":["
                  "\"x@y.org\"],\"to\":"
                  "\"u\"}],\"edges\":{\"default\":\"u\"}}," COMPLETE "]}",
                  "/stages/1\n/stages/2\n/stages/0\n/stages/1\n/stages/2\n");
}

static void names_stage_and_rule(void **state) {
    (void)state;
    static const struct {
        const char *json, *words, *more;
    } cases[] = {
        {"[]", "object", ""},
        {"{}", "no stages", ""},
        {"{\"stages\":[" ANNOTATE "," REVIEW "," COMPLETE "]}", "no start", "exactly one"},
        {"{\"start\":\"z\",\"stages\":[" ANNOTATE "," REVIEW "," COMPLETE "]}", "\"z\"", "no stage"},
        {"{\"start\":\"r\",\"stages\":[" ANNOTATE "," REVIEW "," COMPLETE "]}", "\"r\"", "only an ANNOTATION"},
        {"{\"start\":\"c\",\"stages\":[" ANNOTATE "," REVIEW "," COMPLETE "]}", "\"c\"", "only an ANNOTATION"},
        {FLOW(ANNOTATE "," ANNOTATE "," REVIEW "," COMPLETE), "\"a\"", "unique"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\"}," COMPLETE), "\"a\"", "submit is not wired"},
        {FLOW(ANNOTATE ",{\"key\":\"r\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"c\"}}," COMPLETE), "\"r\"",
         "reject is not wired"},
        {FLOW(ANNOTATE "," COMPLETE), "\"a\"", "leads to \"r\""},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"a\"}}," COMPLETE), "\"a\"", "itself"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\",\"reject\":\"c\"}}," COMPLETE),
         "\"a\"", "no edge reject"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"}},"
              "{\"key\":\"c\",\"type\":\"DONE\",\"edges\":{\"submit\":\"a\"}}"),
         "\"c\"", "no edge submit"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"skip\":\"c\"}}," COMPLETE), "\"skip\"", "not known"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"b\"}},"
              "{\"key\":\"b\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"a\"}}," COMPLETE),
         "\"a\"", "no complete stage"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"x\"}},"
              "{\"key\":\"x\",\"type\":\"DONE\",\"settings\":{\"archive\":true}}"),
         "\"a\"", "no complete stage"},
        {FLOW("{\"key\":\"a\",\"type\":\"PERCENTAGE_ROUTER\"}," COMPLETE), "PERCENTAGE_ROUTER",
         "comes after the start"},
        {FLOW("{\"key\":\"a\",\"type\":\"SOMETHING\"}," COMPLETE), "SOMETHING", "not known"},
        {FLOW("{\"key\":\"a\"}," COMPLETE), "\"a\"", "no type"},
        {FLOW("{\"type\":\"DONE\"}"), "no key", ""},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"},\"settings\":{\"strict\":true}}"
              "," COMPLETE),
         "\"strict\"", "hide_unassigned"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"},\"settings\":{\"strict_review\":"
              "true}}," COMPLETE),
         "\"a\"", "strict_review is not one of ANNOTATION"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"}},{\"key\":\"c\",\"type\":\"DONE\","
              "\"settings\":"
              "{\"members\":[]}}"),
         "\"c\"", "members is not one of DONE"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"},\"settings\":{\"hide_unassigned\":1}"
              "}," COMPLETE),
         "hide_unassigned", "true or false"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"},\"settings\":{\"members\":[1]}}"
              "," COMPLETE),
         "members", "e-mails"},
        {FLOW(ANNOTATE ",{\"key\":\"r\",\"type\":\"REVIEW\",\"edges\":{\"reject\":\"a\"}}," COMPLETE), "\"r\"",
         "approve is not wired"},
        {FLOW("{\"key\":\"a\",\"type\":\"USER_ROUTER\"}," COMPLETE), "USER_ROUTER", "comes after the start"},
        {FLOW("{\"key\":\"a\",\"type\":\"METADATA_ROUTER\"}," COMPLETE), "METADATA_ROUTER", "comes after the start"},
        {FLOW("{\"key\":\"a\",\"type\":\"CONSENSUS_REVIEW\"}," COMPLETE), "CONSENSUS_REVIEW", "comes after the start"},
        {FLOW(ANNOTATE "," REVIEW "," COMPLETE ",{\"key\":\"x\",\"type\":\"DONE\",\"settings\":{\"archive\":true,"
                       "\"webhook\":true}}"),
         "\"x\"", "archive stage has no webhook"},
        {FLOW(ANNOTATE
              ",{\"key\":\"r\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"c\",\"reject\":\"a\"},\"settings\":"
              "{\"webhook\":true}}," COMPLETE),
         "\"r\"", "webhook is not one of REVIEW"},
        {FLOW(
             "{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"},\"settings\":{\"assignment_ttl\":-1}}"
             "," COMPLETE),
         "assignment_ttl", "from 0"},
        {FLOW("{\"key\":\"a\",\"type\":\"CONSENSUS_ANNOTATION\",\"edges\":{\"submit\":\"r\"},\"settings\":"
              "{\"annotators\":1}}," REVIEW "," COMPLETE),
         "annotators", "from 2"},
        {FLOW("{\"key\":\"r\",\"type\":\"CONSENSUS_REVIEW\",\"settings\":{\"consensus\":\"vote\"}}"), "\"vote\"",
         "determine and refine"},
        {FLOW(ANNOTATE "," REVIEW "," COMPLETE) " x", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_fault(cases[i].json, cases[i].words, cases[i].more);
}

/* One stage behind an annotation stage "a" that leads to "r", and a complete stage "c". */
#define TO_R           "{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"r\"}}"
#define AFTER(rest)    FLOW(TO_R "," rest "," COMPLETE)
#define PERCENT(paths) AFTER("{\"key\":\"r\",\"type\":\"PERCENTAGE_ROUTER\",\"pathways\":[" paths "]}")
#define BY_USER(paths)                                                                                                 \
    AFTER("{\"key\":\"r\",\"type\":\"USER_ROUTER\",\"edges\":{\"default\":\"c\"},\"pathways\":[" paths "]}")
#define BY_DATA(rule)                                                                                                  \
    AFTER("{\"key\":\"r\",\"type\":\"METADATA_ROUTER\",\"edges\":{\"default\":\"c\"},\"pathways\":["                   \
          "{\"key\":\"p\",\"to\":\"c\",\"rule\":" rule "}]}")
#define CONSENSUS(submit, reject)                                                                                      \
    "{\"start\":\"b\",\"stages\":[{\"key\":\"b\",\"type\":\"CONSENSUS_ANNOTATION\",\"edges\":{\"submit\":\"" submit    \
    "\"}},{\"key\":\"v\",\"type\":\"CONSENSUS_REVIEW\",\"edges\":{\"approve\":\"c\",\"reject\":\"" reject              \
    "\"}},{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"}}," COMPLETE "]}"

/* Behaviour §7: validation names the stage and the rule. */
static void names_rules_of_routers_agents_and_consensus(void **state) {
    (void)state;
    static const struct {
        const char *json, *words, *more;
    } cases[] = {
        {PERCENT(""), "\"r\"", "at least one pathway"},
        {PERCENT("{\"key\":\"p\",\"percentage\":0.5,\"to\":\"c\"},{\"key\":\"q\",\"percentage\":0.4,\"to\":\"a\"}"),
         "\"r\"", "sum to 0.900000"},
        {PERCENT("{\"key\":\"p\",\"percentage\":1.5,\"to\":\"c\"}"), "percentage", "up to 1"},
        {PERCENT("{\"key\":\"p\",\"percentage\":0,\"to\":\"c\"}"), "percentage", "above 0"},
        {PERCENT("{\"key\":\"p\",\"percentage\":0.3333333,\"to\":\"c\"}"), "percentage", "6 decimals"},
        {PERCENT("{\"key\":\"p\",\"to\":\"c\"}"), "\"p\"", "must have percentage"},
        {PERCENT("{\"key\":\"p\",\"percentage\":1,\"to\":\"c\",\"users\":[\"a@x\"]}"), "\"p\"", "may not have users"},
        {PERCENT("{\"key\":\"p\",\"percentage\":0.5,\"to\":\"c\"},{\"key\":\"p\",\"percentage\":0.5,\"to\":\"c\"}"),
         "\"p\"", "unique"},
        {PERCENT("{\"key\":\"p\",\"percentage\":1}"), "\"p\"", "not wired"},
        {PERCENT("{\"key\":\"p\",\"percentage\":1,\"to\":\"z\"}"), "\"z\"", "no stage"},
        {PERCENT("{\"key\":\"p\",\"percentage\":1,\"to\":\"r\"}"), "\"p\"", "itself"},
        {PERCENT("{\"percentage\":1,\"to\":\"c\"}"), "pathway", "no key"},
        {BY_USER("{\"key\":\"p\",\"to\":\"c\",\"users\":[\"A@x\"]},{\"key\":\"q\",\"to\":\"c\",\"users\":[\"a@x\"]}"),
         "\"a@x\"", "one pathway"},
        {BY_USER("{\"key\":\"p\",\"to\":\"c\"}"), "\"p\"", "must have users"},
        {AFTER("{\"key\":\"r\",\"type\":\"USER_ROUTER\",\"pathways\":[{\"key\":\"p\",\"to\":\"c\",\"users\":[\"a@x\"]}]"
               "}"),
         "\"r\"", "default is not wired"},
        {BY_DATA("1"), "rule", "object"},
        {BY_DATA("{\"colour\":1}"), "\"colour\"", "not known"},
        {BY_DATA("{\"data_type\":[\"picture\"]}"), "\"picture\"", "not known"},
        {BY_DATA("{\"title\":\"(\"}"), "title", "no pattern"},
        {BY_DATA("{\"dataset\":\"x\"}"), "dataset", "UUID"},
        {BY_DATA("{\"metadata\":{\"a\":{}}}"), "metadata", "plain"},
        {AFTER("{\"key\":\"r\",\"type\":\"AGENT\"}"), "\"r\"", "at least one pathway"},
        {AFTER("{\"key\":\"r\",\"type\":\"AGENT\",\"pathways\":[{\"key\":\"p\",\"to\":\"a\"}]}"), "\"a\"",
         "no complete stage"},
        {AFTER("{\"key\":\"r\",\"type\":\"PERCENTAGE_ROUTER\",\"pathways\":[{\"key\":\"p\",\"percentage\":1,\"to\":"
               "\"s\"}]},"
               "{\"key\":\"s\",\"type\":\"METADATA_ROUTER\",\"edges\":{\"default\":\"r\"},\"pathways\":[{\"key\":\"q\","
               "\"to\":"
               "\"c\",\"rule\":{}}]}"),
         "\"r\"", "cycle"},
        {CONSENSUS("c", "b"), "\"b\"", "CONSENSUS_REVIEW"},
        {CONSENSUS("v", "a"), "\"b\"", "rejects back"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"}},"
              "{\"key\":\"v\",\"type\":\"CONSENSUS_REVIEW\",\"edges\":{\"approve\":\"c\",\"reject\":\"a\"}}," COMPLETE),
         "\"v\"", "its reject must lead"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"v\"}},"
              "{\"key\":\"b\",\"type\":\"CONSENSUS_ANNOTATION\",\"edges\":{\"submit\":\"v\"}},"
              "{\"key\":\"v\",\"type\":\"CONSENSUS_REVIEW\",\"edges\":{\"approve\":\"c\",\"reject\":\"b\"}}," COMPLETE),
         "\"a\"", "only its CONSENSUS_ANNOTATION"},
        {FLOW("{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"},\"pathways\":[]}," COMPLETE),
         "\"a\"", "no pathways"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_fault(cases[i].json, cases[i].words, cases[i].more);
}

static void reads_routers_and_consensus(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    workflow_plan plan;
    static const char router[] = PERCENT("{\"key\":\"p\",\"title\":\"Sample\",\"percentage\":0.25,\"to\":\"a\"},"
                                         "{\"key\":\"q\",\"percentage\":75e-2,\"to\":\"c\"}");
    assert_ok(workflow_plan_read(&plan, router, strlen(router), &error), error);
    assert_int_equal(plan.stages[1].pathway_count, 2);
    assert_int_equal(plan.stages[1].pathways[0].share, 250000);
    assert_int_equal(plan.stages[1].pathways[1].share, 750000);
    assert_int_equal(plan.stages[1].pathways[1].target, 2);
    assert_string_equal(plan.stages[1].pathways[0].title, "Sample");
    workflow_plan_release(&plan);
    static const char consensus[] =
        "{\"start\":\"b\",\"stages\":[{\"key\":\"b\",\"type\":\"CONSENSUS_ANNOTATION\",\"edges\":{\"submit\":\"v\"},"
        "\"settings\":{\"annotators\":3,\"assignment_ttl\":60}},{\"key\":\"v\",\"type\":\"CONSENSUS_REVIEW\",\"edges\":"
        "{\"approve\":\"c\",\"reject\":\"b\"},\"settings\":{\"consensus\":\"refine\"}}," COMPLETE "]}";
    assert_ok(workflow_plan_read(&plan, consensus, strlen(consensus), &error), error);
    assert_int_equal(plan.stages[0].annotators, 3);
    assert_int_equal(plan.stages[0].assignment_ttl, 60);
    assert_int_equal(plan.stages[1].consensus, CONSENSUS_REFINE);
    workflow_plan_release(&plan);
}

static void stops_at_every_truncation(void **state) {
    (void)state;
    static const char json[] = FLOW(ANNOTATE "," REVIEW "," COMPLETE);
    for (size_t length = 0; length < strlen(json); length++) {
        annoproj_error *error = NULL;
        workflow_plan plan;
        assert_status(ANNOPROJ_DATA, workflow_plan_read(&plan, json, length, &error), error);
        workflow_plan_release(&plan);
    }
}

static void limits_stages(void **state) {
    (void)state;
    char json[65 * 40 + 64];
    annoproj_error *error = NULL;
    workflow_plan plan;
    size_t at = (size_t)sprintf(json, "{\"start\":\"s0\",\"stages\":[");
    for (int i = 0; i < 65; i++) {
        at += (size_t)sprintf(json + at, "%s{\"key\":\"s%d\",\"type\":\"DONE\"}", i > 0 ? "," : "", i);
    }
    sprintf(json + at, "]}");
    assert_status(ANNOPROJ_LIMIT, workflow_plan_read(&plan, json, strlen(json), &error), error);
    workflow_plan_release(&plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_settings),
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(tells_all_faults),
        cmocka_unit_test(names_stage_and_rule),
        cmocka_unit_test(stops_at_every_truncation),
        cmocka_unit_test(limits_stages),
        cmocka_unit_test(names_rules_of_routers_agents_and_consensus),
        cmocka_unit_test(reads_routers_and_consensus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
