// Package annoproj keeps annotation projects in one embedded library over one file.
//
// A store holds users, datasets, ontologies and projects. A session acts on it for one user, or for the host program itself
// (user 0); through it one reaches projects, and through a project its tasks, stages and reports.
//
//	store, err := annoproj.Open(ctx, "team.annoproj")
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	host, err := store.SessionOpen(ctx, 0)
//	if err != nil {
//		return err
//	}
//	projects, err := annoproj.Rows(host.ProjectList(ctx))
//
// Functions that touch the store take a context. When it ends, exactly that call ends, with an error for which both
// errors.Is(err, context.Canceled) and errors.Is(err, ErrCancelled) hold (for a deadline context.DeadlineExceeded and
// ErrTimeout); a call that had finished by then has its own result. A context without a deadline sets no limit.
//
// Options are structs given after the arguments, or left out: task.Submit(ctx), task.Submit(ctx, SubmitOptions{Assignee: 7}),
// task.Submit(ctx, WithRequestKey("k1")). The zero value of a field is its default, "" is no text, nil no array.
//
// Errors are *Error. Where the library says NONE, the result is nil (or a bool false), and the error is nil.
//
// Times are microseconds since 1970 in UTC (time.Time.UnixMicro) where a name ends in Micros; rows hold time.Time.
//
// All handles may be used by several goroutines at once. Close them in any order, several times, or leave them to the
// collector; a store is better closed, which folds its log into the file.
//
// The package compiles the library from the sources it carries; it needs a C compiler, pkg-config, and the system's SQLite,
// PCRE2 and xxHash. With the build tag annoproj_system it links the installed libannoproj instead.
package annoproj
