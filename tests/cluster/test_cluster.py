"""Galleries on a cluster of processes whose folders differ, and in the bucket of an S3 server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from distributed import Client, LocalCluster
from moto.server import ThreadedMotoServer

import convanim as ca
from convanim.publish.gallery_places import Bucket

COUNT = 16
SPEC = "".join(
    f'[f{n}]\noperation = "conv"\ninput_size = {3 + n % 5}\nkernel_size = {1 + n % 3}\ntheme = "mine.toml"\n'
    for n in range(COUNT)
)
RECORD = ".convanim-record"


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spec")
    (folder / "mine.toml").write_text('background = "#fafafa"\n')
    (folder / "spec.toml").write_text(SPEC)
    return folder / "spec.toml"


@pytest.fixture(scope="module")
def expected(spec):
    """The files that one thread of this process writes."""
    with ThreadPoolExecutor(1) as pool:
        built = ca.gallery(spec, spec.parent / "expected", pool)
    assert not [one for one in built if one.error] and len(built) == COUNT
    return files(spec.parent / "expected")


def files(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.name != RECORD}


def elsewhere():
    """Let a worker work in an empty folder of its own."""
    os.chdir(tempfile.mkdtemp())
    return os.getcwd()


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        with Client(cluster) as client:
            assert len({*client.run(elsewhere).values(), os.getcwd()}) == 3
        yield cluster


def contents_of_folders():
    return os.listdir()


def test_workers_return_bytes_and_write_nothing_and_what_a_killed_one_had_is_drawn_again(
    cluster, spec, expected, tmp_path
):
    killed = []
    with Client(cluster) as client:

        def kill(built):
            if len(killed) == 0:
                worker = sorted(client.scheduler_info()["workers"].items())[0]
                pid = client.run(os.getpid, workers=[worker[0]])[worker[0]]
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        built = ca.gallery(spec, tmp_path / "out", client.get_executor(pure=False), done=kill)
        assert killed and [one.error for one in built] == [None] * COUNT
        client.wait_for_workers(2)
        assert killed[0] not in client.run(os.getpid).values()
        here = {name for names in client.run(contents_of_folders).values() for name in names}
    assert not {name for name in here if name.startswith("f")}
    assert files(tmp_path / "out") == expected


def command(*words, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "convanim", *map(str, words)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_the_command_line_draws_on_a_cluster_and_the_second_time_nothing(cluster, spec, expected, tmp_path):
    words = ("gallery", spec, "-o", "out", "--dask", cluster.scheduler_address)
    first, second = (command(*words, cwd=tmp_path) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.endswith(f"{COUNT} of {COUNT} figures in out: open out/index.html\n")
    assert f"{COUNT} of them unchanged" in second.stdout
    assert files(tmp_path / "out") == expected


def test_an_address_without_a_scheduler_is_one_line(spec, tmp_path):
    child = command("gallery", spec, "-o", "out", "--dask", "nothing://x", cwd=tmp_path)
    assert child.returncode == 2 and "no Dask scheduler answers" in child.stderr.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_a_worker_with_other_versions_draws_nothing(spec, tmp_path, monkeypatch):
    from convanim.publish import gallery

    draw, drawing = gallery.draw, gallery.drawing()
    monkeypatch.setattr(gallery, "drawing", lambda: drawing)
    job = gallery.Job(next(iter(ca.figures(spec).values())), ca.THEMES["clear"], (".svg",), (*drawing[:-1], "other 1"))
    assert "install the same on both" in draw(job, None)


@pytest.fixture(scope="module")
def s3():
    """An S3 server with a bucket, and the environment that leads to it."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    before = dict(os.environ)
    os.environ.update(environment)
    boto3.client("s3").create_bucket(Bucket="bucket")
    yield boto3.client("s3")
    os.environ.clear()
    os.environ.update(before)
    server.stop()


def stored(s3, folder):
    """The objects of a folder, read by Amazon's own client."""
    found = s3.list_objects_v2(Bucket="bucket", Prefix=f"{folder}/").get("Contents", [])
    read = {one["Key"].split("/", 1)[1]: s3.get_object(Bucket="bucket", Key=one["Key"])["Body"].read() for one in found}
    return {name: content for name, content in read.items() if name != RECORD}


def test_processes_write_into_a_bucket_and_only_what_changed_there_is_drawn_again(s3, spec, expected, tmp_path):
    words = ("gallery", spec, "-o", "s3://bucket/own")
    first = command(*words, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout.endswith("open s3://bucket/own/index.html\n") and list(tmp_path.iterdir()) == []
    assert stored(s3, "own") == expected
    content = bytearray(expected["f3.svg"])
    content[60] ^= 1
    s3.put_object(Bucket="bucket", Key="own/f3.svg", Body=bytes(content))
    s3.delete_object(Bucket="bucket", Key="own/f4.gif")
    again, last = command(*words, cwd=tmp_path), command(*words, cwd=tmp_path)
    assert f"{COUNT - 2} of them unchanged" in again.stdout and f"{COUNT} of them unchanged" in last.stdout
    assert stored(s3, "own") == expected


def surround(environment):
    """Give a worker what leads to the server."""
    os.environ.update(environment)


def test_a_clusters_workers_write_into_a_bucket_themselves(cluster, s3, spec, expected):
    with Client(cluster) as client:
        client.run(surround, {name: os.environ[name] for name in os.environ if name.startswith("AWS_")})
        built = ca.gallery(spec, "s3://bucket/cluster", client.get_executor(pure=False))
    assert [one.error for one in built] == [None] * COUNT
    assert built[0].paths == ("s3://bucket/cluster/f0.gif", "s3://bucket/cluster/f0.svg")
    assert stored(s3, "cluster") == expected


def test_a_bucket_that_isnt_there_is_one_line(s3, spec, tmp_path):
    child = command("gallery", spec, "-o", "s3://nowhere/x", cwd=tmp_path)
    assert child.returncode == 2 and "Traceback" not in child.stderr
    assert "s3://nowhere/x" in child.stderr


def test_other_file_systems_write_under_another_name_and_move(tmp_path):
    place = Bucket(f"file://{tmp_path}/out")
    told = place.put("a.svg", b"one")
    assert place.marks(["a.svg", "b.svg"]) == {"a.svg": told} and place.read("a.svg") == b"one"
    assert place.put("a.svg", b"two!") != told and os.listdir(tmp_path / "out") == ["a.svg"]
    place.remove("a.svg")
    assert place.read("a.svg") is None and place.marks(["a.svg"]) == {}
