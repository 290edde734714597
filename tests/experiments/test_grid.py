import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import nbformat
import pytest
from distributed import LocalCluster

from vostoolkit.__main__ import main
from vostoolkit.errors import ExperimentError
from vostoolkit.experiments import Experiment, Store, read_grid, run_grid

PARAMETERS = "clip = 'a'\nnumber = 1\nout = '.'"
CELL = """import json, time
from pathlib import Path
Path(out, 'half.txt').write_text('half')
time.sleep(0.3)
if number == 13:
    raise ValueError('unlucky')
Path(out, 'summary.json').write_text(json.dumps({'J': number / 10, 'note': 'x', 'nan': None}))"""


@pytest.fixture
def template(tmp_path):
    parameters = nbformat.v4.new_code_cell(PARAMETERS)
    parameters.metadata.tags = ["parameters"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = nbformat.v4.new_notebook(
        cells=[parameters, nbformat.v4.new_code_cell(CELL)], metadata={"kernelspec": kernel}
    )
    path = tmp_path / "tiny.ipynb"
    nbformat.write(content, path)
    return path


def grid_file(template, clips, numbers):
    path = template.parent / "grid.toml"
    path.write_text(
        f'notebook = "{template.name}"\n[grid]\nclip = {json.dumps(clips)}\nnumber = {numbers}\n'
    )
    return path


class TestGrid:
    def test_every_combination_once(self, template):
        path = grid_file(template, ["a", "b"], [1, 2, 2])
        path.write_text(path.read_text() + "[[variants]]\n[[variants]]\nnumber = 7\n")
        found = [(e.parameters["clip"], e.parameters["number"]) for e in read_grid(path)]
        assert found == [("a", 1), ("a", 7), ("a", 2), ("b", 1), ("b", 7), ("b", 2)]

    def test_patterns_stand_for_the_clips_of_a_data_set(self, template):
        path = grid_file(template, ["long-0[01]", "short-07", "short-0?"], [1])
        path.write_text(path.read_text() + "[parameters]\ndataset = 'synthetic'\n")
        clips = [e.parameters["clip"] for e in read_grid(path)]
        assert clips[:3] == ["long-00", "long-01", "short-07"]
        assert sorted(clips[2:]) == [f"short-0{number}" for number in range(10)]
        path.write_text(path.read_text().replace("long-0[01]", "tall-*"))
        with pytest.raises(ExperimentError, match=r"synthetic has no clip like 'tall-\*': it has"):
            read_grid(path)
        with pytest.raises(ExperimentError, match="synthetic has no clip like 'bear'"):
            read_grid(path, {"clip": ["short-00", "bear"]})

    def test_changes_replace_parameters_and_lists(self, template):
        path = grid_file(template, ["a", "b"], [1, 2])
        found = read_grid(path, {"clip": "c", "number": [3, 4], "extra": "x"})
        assert [dict(e.parameters) for e in found] == [
            {"extra": "x", "clip": "c", "number": 3},
            {"extra": "x", "clip": "c", "number": 4},
        ]
        path.write_text(path.read_text() + "[[variants]]\npasses = 0\n[[variants]]\npasses = 5\n")
        assert len(read_grid(path)) == 8
        assert {e.parameters["passes"] for e in read_grid(path, {"passes": 2})} == {2}
        assert len(read_grid(path, {"passes": 2})) == 4

    def test_the_id_is_that_of_code_and_parameters(self, template):
        one = Experiment(str(template), {"number": 1, "clip": "a"})
        assert one.id == Experiment(str(template), {"clip": "a", "number": 1}).id
        assert one.id == Experiment.from_json(one.as_json()).id
        assert one.id != Experiment(str(template), {"number": 2, "clip": "a"}).id
        content = nbformat.read(template, as_version=4)
        content.cells.append(nbformat.v4.new_markdown_cell("words"))
        nbformat.write(content, template)
        assert Experiment(str(template), one.parameters).id == one.id
        content.cells.append(nbformat.v4.new_code_cell("1 + 1"))
        nbformat.write(content, template)
        assert Experiment(str(template), one.parameters).id != one.id

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[grid]\nclip = 'a'", "list of at least one value"),
            ("[grid]\nclip = []", "list of at least one value"),
            ("[girds]\nclip = ['a']", "no entry girds"),
            ("grid = 3", "as a table"),
            ("[grid", "isn't TOML"),
            ("notebook = 'nothing'", "no notebook 'nothing'"),
        ],
    )
    def test_what_is_wrong_with_a_grid_is_said(self, tmp_path, text, message):
        (tmp_path / "grid.toml").write_text(text)
        with pytest.raises(ExperimentError, match=message):
            read_grid(tmp_path / "grid.toml")


def test_results_failures_and_a_report(template, tmp_path, capsys):
    path = grid_file(template, ["a"], [1, 13])
    out = tmp_path / "out"
    assert main(["experiment", "run", str(path), "--out", str(out), "--jobs", "2"]) == 2
    said = capsys.readouterr()
    assert "2/2" in said.out
    assert "ValueError: unlucky" in said.err
    rows = Store(out / "results.sqlite").table()
    good = rows[rows["error"] == ""]
    assert good["J"].tolist() == [0.1]
    assert good["clip"].tolist() == ["a"]
    for name in rows[rows["error"] != ""]["id"]:
        assert "unlucky" in (out / "failed" / name / "tiny.html").read_text()
        assert not (out / "finished" / name).exists()
    assert main(["experiment", "report", str(out), "--by", "number", "--values", "J"]) == 0
    assert "| 1 | 1 | 0.100 [0.100, 0.100] |" in (out / "report.md").read_text()
    page = (out / "report.html").read_text()
    assert "plotly" in page
    assert "1 runs; 1 more failed. Means over clips" in page
    assert main(["experiment", "report", str(out)]) == 0  # what varies, and the usual numbers
    assert "| number | clips | J |" in (out / "report.md").read_text()
    capsys.readouterr()
    assert main(["experiment", "status", str(out)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("done") == 1
    assert "NUMBER" in shown.splitlines()[0]
    before = (out / "finished" / good["id"].iloc[0] / "summary.json").stat().st_mtime_ns
    main(["experiment", "run", str(path), "--out", str(out)])
    assert (out / "finished" / good["id"].iloc[0] / "summary.json").stat().st_mtime_ns == before


def test_the_command_line_changes_parameters(template, tmp_path, capsys):
    path, out = grid_file(template, ["a", "b"], [1, 2]), tmp_path / "out"
    command = ["experiment", "run", str(path), "--out", str(out)]
    assert main([*command, "--set", "clip=c", "--set", "number=[4]"]) == 0
    rows = Store(out / "results.sqlite").table()
    assert rows[["clip", "number"]].to_numpy().tolist() == [["c", 4]]
    assert main([*command, "--set", "clip"]) == 2
    assert "write NAME=VALUE" in capsys.readouterr().err


def test_killed_twice_it_ends_complete_and_without_duplicates(template, tmp_path):
    path = grid_file(template, ["a", "b"], [1, 2])
    out = tmp_path / "out"
    command = [sys.executable, "-m", "vostoolkit", "experiment", "run", str(path)]
    command += ["--out", str(out), "--jobs", "2"]
    for least in (1, 2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while len(list(out.glob("finished/*"))) < least:
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert len(list(out.glob("finished/*"))) < 4
    experiments = read_grid(path)
    run_grid(experiments, out, jobs=2)
    with sqlite3.connect(out / "results.sqlite") as file:
        held = file.execute("SELECT id, value FROM results WHERE name = 'J'").fetchall()
    wanted = {e.id: e.parameters["number"] / 10 for e in experiments}
    assert len(held) == 4
    assert dict(held) == wanted
    assert {p.name for p in out.glob("finished/*")} == set(wanted)
    assert all((p / "tiny.html").is_file() for p in out.glob("finished/*"))
    assert not list(out.glob("partial/*"))


def test_a_killed_worker_is_started_again(template, tmp_path):
    out = tmp_path / "out"
    killed = []

    def kill_once(pid):
        if not killed:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

    def watch():
        while not killed:
            for place in out.glob("partial/*/half.txt"):
                kill_once(int(place.parent.name.rpartition("-")[2]))
            time.sleep(0.01)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    rows = run_grid([Experiment(str(template), {"number": 2})], out, jobs=1).table()
    thread.join()
    assert killed
    assert rows["J"].tolist() == [0.2]


def test_on_a_cluster_a_killed_worker_loses_nothing(template, tmp_path):
    out = tmp_path / "out"
    experiments = [Experiment(str(template), {"number": number}) for number in (1, 2, 3)]
    options = {"threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=2, **options) as cluster:
        killed = []

        def watch():
            while not killed:
                if list(out.glob("partial/*/half.txt")):
                    killed.append(cluster.workers[0].pid)
                    os.kill(killed[0], signal.SIGKILL)
                time.sleep(0.01)

        threading.Thread(target=watch, daemon=True).start()
        rows = run_grid(experiments, out, scheduler=cluster.scheduler_address).table()
    assert killed
    assert sorted(rows["J"]) == [0.1, 0.2, 0.3]


def test_two_at_once_into_one_folder_are_refused(template, tmp_path):
    out, experiment = tmp_path / "out", Experiment(str(template), {"number": 2})

    def again(progress):
        with pytest.raises(ExperimentError, match="another process is running"):
            run_grid([experiment], out)

    run_grid([experiment], out, watch=again)
    with pytest.raises(ValueError, match="jobs=0"):
        run_grid([experiment], out, jobs=0)
