/* A ring of batches: filled and handed on by the calling thread, printed by any (coco_lanes.h). */
#include "coco_lanes.h"

#include "coco_annotations.h"
#include "failure.h"
#include "lanes.h"
#include "worker.h"

#define BATCHES      8
#define TASKS        64
#define WEIGHT       ((size_t)192 << 10) /* a batch is closed when it is about that much text */
#define WEIGHT_ALONE ((size_t)1 << 20) /* a task of more is handed on annotation by annotation, by the calling thread */

typedef enum batch_state { BATCH_FREE, BATCH_WAITING, BATCH_TAKEN, BATCH_PRINTED } batch_state;

typedef struct batch {
    batch_state state; /* under the mutex; the rest is whose the batch is */
    export_task tasks[TASKS];
    size_t count, weight;
    coco_numbering first;
    text out;
    annoproj_status status;
    annoproj_error *error;
} batch;

typedef struct printer {
    coco_lanes *of;
    coco_annotations writer;
    worker thread;
} printer;

struct coco_lanes {
    export_plan *plan;
    coco_numbering next; /* of the task that comes */
    batch ring[BATCHES];
    size_t oldest, filling; /* places in it; the oldest is changed under the mutex */
    printer printers[LANES_MOST];
    size_t started, most; /* printers; the first is the calling thread */
    bool ending;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

annoproj_status coco_lanes_open(export_plan *plan, const int64_t *categories, coco_lanes **out,
                                annoproj_error **error) {
    coco_lanes *made = allocate_zeroed(1, sizeof *made);
    *out = NULL;
    if (!made || pthread_mutex_init(&made->mutex, NULL) != 0) {
        release(made);
        return fail_memory(error);
    }
    if (pthread_cond_init(&made->changed, NULL) != 0) {
        pthread_mutex_destroy(&made->mutex);
        release(made);
        return fail_memory(error);
    }
    made->plan = plan;
    made->started = 1;
    made->most = lanes_worth(plan->in->store, LANES_MOST, 1);
    for (size_t i = 0; i < LANES_MOST; i++) {
        made->printers[i] = (printer){.of = made, .writer = {.plan = plan, .categories = categories}};
    }
    *out = made;
    return ANNOPROJ_OK;
}

/* --- printing ----------------------------------------------------------------------------------------------------------- */

static void print(coco_annotations *by, batch *one) {
    by->out = &one->out;
    by->through = NULL;
    by->next = one->first;
    for (size_t i = 0; i < one->count; i++) {
        if (one->status == ANNOPROJ_OK) {
            one->status = coco_annotations_write(by, &one->tasks[i], &one->error);
        }
        arena_release(&one->tasks[i].memory);
    }
    one->count = 0;
}

/* The oldest batch that waits; NULL when none does. Under the mutex. */
static batch *waiting(coco_lanes *of) {
    for (size_t i = 0; i < BATCHES; i++) {
        batch *one = &of->ring[(of->oldest + i) % BATCHES];
        if (one->state == BATCH_WAITING) {
            return one;
        }
    }
    return NULL;
}

/* Comes and goes with the mutex. */
static void take(coco_lanes *of, coco_annotations *by, batch *one) {
    one->state = BATCH_TAKEN;
    pthread_mutex_unlock(&of->mutex);
    print(by, one);
    pthread_mutex_lock(&of->mutex);
    one->state = BATCH_PRINTED;
    pthread_cond_broadcast(&of->changed);
}

static annoproj_status run_printer(void *data, annoproj_error **error) {
    printer *me = data;
    coco_lanes *of = me->of;
    (void)error; /* failures are the batch's */
    pthread_mutex_lock(&of->mutex);
    while (!of->ending) {
        batch *one = waiting(of);
        if (one) {
            take(of, &me->writer, one);
        } else {
            pthread_cond_wait(&of->changed, &of->mutex);
        }
    }
    pthread_mutex_unlock(&of->mutex);
    return ANNOPROJ_OK;
}

/* --- the calling thread --------------------------------------------------------------------------------------------------- */

static annoproj_status hand_on(coco_lanes *of, batch *one, annoproj_error **error) {
    annoproj_status status = one->status;
    if (status == ANNOPROJ_OK) {
        status = output_append(of->plan->out, one->out.data, one->out.length, error);
    } else if (error) {
        drop_error(error);
        *error = one->error;
        one->error = NULL;
    }
    one->out.length = one->weight = 0;
    return status;
}

/* Hands on the oldest batch when it is printed; else prints one, or waits until something has changed. */
static annoproj_status advance(coco_lanes *of, annoproj_error **error) {
    batch *oldest = &of->ring[of->oldest];
    pthread_mutex_lock(&of->mutex);
    if (oldest->state != BATCH_PRINTED) {
        batch *one = waiting(of);
        if (one) {
            take(of, &of->printers[0].writer, one);
        } else {
            pthread_cond_wait(&of->changed, &of->mutex);
        }
        pthread_mutex_unlock(&of->mutex);
        return ANNOPROJ_OK;
    }
    oldest->state = BATCH_FREE; /* nobody else takes a free one */
    of->oldest = (of->oldest + 1) % BATCHES;
    pthread_mutex_unlock(&of->mutex);
    return hand_on(of, oldest, error);
}

/* One more thread when two batches wait: what is small needs none. */
static void start_printer(coco_lanes *of) {
    const size_t ahead = (of->filling + BATCHES - of->oldest) % BATCHES;
    if (of->started < of->most && ahead > of->started) {
        printer *one = &of->printers[of->started++];
        if (!worker_start(&one->thread, run_printer, one)) {
            of->most = of->started; /* there are no more */
        }
    }
}

/* The batch that is being filled waits for a printer; the next one is free when this returns. */
static annoproj_status hand_in(coco_lanes *of, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    batch *full = &of->ring[of->filling];
    if (full->count == 0) {
        return ANNOPROJ_OK;
    }
    pthread_mutex_lock(&of->mutex);
    full->state = BATCH_WAITING;
    pthread_cond_broadcast(&of->changed);
    pthread_mutex_unlock(&of->mutex);
    of->filling = (of->filling + 1) % BATCHES;
    start_printer(of);
    while (status == ANNOPROJ_OK && of->filling == of->oldest) {
        status = advance(of, error);
    }
    return status;
}

static annoproj_status drain(coco_lanes *of, annoproj_error **error) {
    annoproj_status status = hand_in(of, error);
    while (status == ANNOPROJ_OK && of->filling != of->oldest) {
        status = advance(of, error);
    }
    return status;
}

/* About how much text the task's annotations are. */
static size_t weigh(const export_task *task) {
    size_t weight = 0;
    for (size_t i = 0; i < task->label_count; i++) {
        weight += 256 + 4 * task->labels[i].geometry_length + task->labels[i].answers_length +
                  task->labels[i].members_length;
    }
    return weight;
}

static annoproj_status write_alone(coco_lanes *of, export_task *task, annoproj_error **error) {
    coco_annotations *by = &of->printers[0].writer;
    annoproj_status status = drain(of, error);
    if (status == ANNOPROJ_OK) {
        by->through = of->plan->out;
        by->out = &of->plan->out->text;
        by->next = of->next;
        status = coco_annotations_write(by, task, error);
        of->next = by->next;
    }
    return status;
}

annoproj_status coco_lanes_add(coco_lanes *of, export_task *task, annoproj_error **error) {
    const size_t weight = weigh(task);
    if (task->unit.data_type != ANNOPROJ_DATA_IMAGE || weight > WEIGHT_ALONE) {
        return write_alone(of, task, error);
    }
    batch *into = &of->ring[of->filling];
    if (into->count == 0) {
        into->first = of->next;
    }
    coco_annotations_count(of->plan, task, &of->next);
    into->tasks[into->count++] = *task;
    into->weight += weight;
    task->memory = (arena){0};
    return into->count == TASKS || into->weight >= WEIGHT ? hand_in(of, error) : ANNOPROJ_OK;
}

annoproj_status coco_lanes_finish(coco_lanes *of, int64_t *labels, annoproj_error **error) {
    *labels = of->next.annotation;
    return drain(of, error);
}

void coco_lanes_close(coco_lanes *of) {
    if (!of) {
        return;
    }
    pthread_mutex_lock(&of->mutex);
    of->ending = true;
    pthread_cond_broadcast(&of->changed);
    pthread_mutex_unlock(&of->mutex);
    for (size_t i = 0; i < LANES_MOST; i++) {
        worker_join(&of->printers[i].thread, NULL);
        coco_annotations_release(&of->printers[i].writer);
    }
    for (size_t i = 0; i < BATCHES; i++) {
        for (size_t j = 0; j < of->ring[i].count; j++) {
            arena_release(&of->ring[i].tasks[j].memory);
        }
        text_release(&of->ring[i].out);
        drop_error(&of->ring[i].error);
    }
    pthread_cond_destroy(&of->changed);
    pthread_mutex_destroy(&of->mutex);
    release(of);
}
