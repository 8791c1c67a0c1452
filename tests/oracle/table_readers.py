"""What pyarrow, polars, pandas and DuckDB read from tables and streams is what the table says. Each is named when it is not here.
Runs with the Python of the oracles' virtual environment."""

import datetime
import gc
import importlib
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance"))

from annoproj import Bucket  # noqa: E402
from test_calls import World  # noqa: E402


def there(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        print("NOT AVAILABLE: %s (tables are not read with it)" % name)
        return None


def plain(rows):
    """Lists where the library has lists; times that compare."""
    return [{key: list(value) if isinstance(value, tuple) else value for key, value in row.items()} for row in rows]


def tables(world):
    return [world.project.task_list(), world.reviewing.labels(), world.reviewing.geometry(1), world.reviewing.answers(),
            world.host.user_list(), world.query.annotators(), world.query.ontology_actions(),
            world.project.query_open(bucket=Bucket.DAY).task_actions(), world.query.task_actions(), world.reviewing.issues(),
            world.project.tabs(), next(world.project.events(0)), world.host.dataset_list(),
            world.project.query_open(after_us=4_000_000_000_000_000).annotators()]


def check(name, got, want):
    assert got == want, "%s:\n%r\nis not\n%r" % (name, got, want)


def read_pyarrow(pa, world):
    for table in tables(world):
        name, rows = table.row_type(), plain(table.to_pylist())
        read = pa.table(table)
        read.validate(full=True)
        check(name, read.to_pylist(), rows)
        batch = pa.record_batch(table)
        batch.validate(full=True)
        check(name, batch.to_pylist(), rows)
        schema = pa.schema(table)
        check(name, schema.names, table.column_names)
        check(name, schema.metadata[b"row_type"], name.encode())
        for index, field in enumerate(schema):
            check(name, field.metadata[b"title"].decode(), table.column_title(index))
            assert field.nullable or not read.column(index).null_count, field
        if len(rows):  # nothing is copied
            for index, (column, kind) in enumerate(table.COLUMNS):
                if kind in ("int64", "double", "timestamp_us"):
                    here = pa.py_buffer(table.column(column)).address
                    check(column, batch.column(index).buffers()[1].address, here)
    stream = world.project.events(0)
    read = pa.RecordBatchReader.from_stream(stream).read_all()
    read.validate(full=True)
    check("events", read.to_pylist(), [row for part in world.project.events(0) for row in part.to_pylist()])


def read_polars(polars, world):
    for table in tables(world):
        frame = table.to_polars()
        check(table.row_type(), plain(frame.to_dicts()), plain(table.to_pylist()))
        for name, kind in table.COLUMNS:
            wanted = {"int64": polars.Int64, "double": polars.Float64, "utf8": polars.String, "bool": polars.Boolean,
                      "timestamp_us": polars.Datetime("us", "UTC"), "binary": polars.Binary}.get(kind)
            assert wanted is None or frame.schema[name] == wanted, (name, frame.schema[name])
    check("events", polars.DataFrame(world.project.events(0)).height, len(next(world.project.events(0))))


def read_pandas(pandas, world):
    for table in tables(world):
        frame = table.to_pandas()
        check(table.row_type(), list(frame.columns), table.column_names)
        for name, kind in table.COLUMNS:
            got = [None if not isinstance(value, (list, bytes)) and pandas.isna(value) else value for value in frame[name]]
            got = [value.to_pydatetime() if isinstance(value, pandas.Timestamp) else value for value in got]
            check(name, got, table.column_values(name))
            if kind == "timestamp_us":
                check(name, str(frame[name].dtype), "datetime64[us, UTC]")
            if kind == "dictionary":
                check(name, str(frame[name].dtype), "category")


def read_duckdb(duckdb, world):
    for table in tables(world):
        rows = table.to_pylist()
        found = duckdb.from_arrow(table).fetchall()
        for got, want in zip(found, rows, strict=True):
            for value, expected in zip(got, want.values()):
                if isinstance(value, datetime.datetime):
                    value = value.astimezone(datetime.timezone.utc)
                check(table.row_type(), value, list(expected) if isinstance(expected, tuple) else expected)
    events = world.project.events(0)
    count = duckdb.execute("SELECT count(*), sum(frames) FROM events").fetchall()[0]
    kept = next(world.project.events(0)).to_pylist()
    check("events", count, (len(kept), sum(row["frames"] for row in kept)))


def outlive_the_store(pa, folder):
    world = World(os.path.join(folder, "gone"))
    table = world.project.task_list()
    rows, read, stream = table.to_pylist(), pa.table(table), world.project.events(0)
    later = pa.RecordBatchReader.from_stream(stream)
    table.close()
    stream.close()
    world.close()
    del table, stream, world
    gc.collect()
    check("after the store", read.to_pylist(), rows)
    try:
        later.read_all()
        raise AssertionError("a stream of a closed store gave events")
    except (pa.ArrowInvalid, OSError) as error:
        assert "closed" in str(error), error


def draw_vega_lite(vl_convert, world):
    for table in tables(world):
        if table.row_type() in ("annotators_row", "ontology_actions_row", "task_actions_row"):
            picture = vl_convert.vegalite_to_svg(table.vega_lite())
            assert "<svg" in picture and len(picture) > 1000
    project = world.project
    with project.query_open(bucket=Bucket.DAY) as daily, project.query_open(classes=[1]) as cars:
        for query, names in ((daily, "task_actions time_spent label_actions collaborator_time issue_actions burn_down cumulative_flow"),
                             (world.query, "ontology_actions annotators annotators_by_frame reviewers reviewers_by_frame collaborator_time issue_tags"
                                           " issue_tags_by_class task_performance task_performance_by_stage stage_flow cumulative_flow"
                                           " collaborator_quality class_quality instance_statistics label_statistics forecast"),
                             (cars, "instance_statistics label_statistics")):
            for name in names.split():
                table = getattr(query, name)()
                assert vl_convert.vegalite_to_png(table.vega_lite())[:4] == b"\x89PNG", name
                assert vl_convert.svg_to_png(table.svg())[:4] == b"\x89PNG", name
    for picture in (project.tasks_by_stage().vega_lite(), world.query.annotators().vega_lite(columns="submitted_tasks,skipped_tasks"),
                    project.query_open(bucket=Bucket.DAY).time_spent().vega_lite()):
        assert "<svg" in vl_convert.vegalite_to_svg(picture)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "gone"))
        world = World(folder)
        for name, read in (("pyarrow", read_pyarrow), ("polars", read_polars), ("pandas", read_pandas),
                           ("duckdb", read_duckdb), ("vl_convert", draw_vega_lite)):
            module = there(name)
            if module is not None:
                read(module, world)
                print("%s %s agrees" % (name, getattr(module, "__version__", "")))
        if there("pyarrow") is not None:
            outlive_the_store(there("pyarrow"), folder)
        world.close()


if __name__ == "__main__":
    main()
