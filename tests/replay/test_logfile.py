import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zstandard import ZstdCompressor

from schemas.partitioner import partition_for
from streams.logs.file import LogBroken, LogRecord, partitions_of, read_lines, read_log, write_log, writing
from streams.logs.line import Line, read_line, write_line

EVENT = (
    b'{"specversion":"1.0","id":"1","source":"s","type":"io.throughline.x.y.v1","time":"2026-03-01T09:00:00Z","customerid":"c-17"'
    b',"data":{"amount": 1.50}}'
)
NINE = 1_772_355_600_000

some_bytes = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [EVENT, b"", b"{}", b'{"a":\n1}', b'"text"', b"null", b" {}", b'{"a":NaN}', b"[" * 100_000, b'{"a":"\xff"}', b'{"\\ud800":1}']
    ),
)
headers = st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=8), st.none() | some_bytes), max_size=4).map(tuple)


@given(key=st.none() | some_bytes, value=st.none() | some_bytes, headers=headers, offset=st.integers(0, 1 << 60))
def test_every_byte_of_a_record_is_kept(key: bytes | None, value: bytes | None, headers: Any, offset: int) -> None:
    record = LogRecord("touchpoints.chat", 3, offset, NINE, key, value, headers)
    line = write_line(record)
    assert line.count(b"\n") == 1
    assert read_line(line) == Line("touchpoints.chat", 3, offset, NINE, key, value, headers)


def test_the_value_is_not_reformatted() -> None:
    assert read_line(b'{"topic":"t","value": ' + EVENT + b" }").value == EVENT


def test_what_is_left_out_comes_from_the_event() -> None:
    assert read_line(b'{"topic":"t","value":' + EVENT + b"}") == Line("t", None, None, NINE, b"c-17", EVENT)


def test_an_event_in_binary_mode_tells_its_time_and_key_in_its_headers() -> None:
    headers = '{"ce_specversion":"1.0","ce_id":"1","ce_source":"s","ce_type":"t","ce_time":"2026-03-01T09:00:00Z","ce_anonymousid":"a-1"}'
    found = read_line(f'{{"topic":"t","value":{{}},"headers":{headers}}}'.encode())
    assert (found.timestamp, found.key) == (NINE, b"a-1")


def test_a_key_that_is_null_is_none_and_not_the_identity() -> None:
    assert read_line(b'{"topic":"t","key":null,"value":' + EVENT + b"}").key is None


def test_a_value_that_is_null_is_a_tombstone() -> None:
    assert read_line(b'{"topic":"t","timestamp":1,"value":null}').value is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"nonsense", "is not JSON"),
        (b'{"topic":"t","value":{}', "is not JSON"),
        (b"[]", "is no record: Expected `object`"),
        (b'{"value":{}}', "missing required field `topic`"),
        (b'{"topic":"t","timestamp":1}', "has no value: write null for a tombstone"),
        (b'{"topic":"t","timestamp":1,"value":{},"value_base64":"AA=="}', "has both value and value_base64"),
        (b'{"topic":"t","timestamp":1,"value_base64":"?"}', "base64"),
        (b'{"topic":"t","timestamp":1,"vlaue":{}}', "unknown field `vlaue`"),
        (b'{"topic":"t","timestamp":1,"partition":-1,"value":{}}', "`$.partition`"),
        (b'{"topic":"t","value":"text"}', "has no timestamp, and its value no time"),
        (
            EVENT.replace(b"2026-03-01T09:00:00Z", b"noon").join([b'{"topic":"t","value":', b"}"]),
            "has no timestamp, and its event's time is not",
        ),
        (b'{"topic":"t","timestamp":1,"value":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
)
def test_a_line_that_holds_no_record_says_why(line: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has) ") as raised:
        read_line(line)
    assert reason in str(raised.value)


def test_a_broken_line_is_named_by_file_and_number(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_bytes(b'{"topic":"t","timestamp":1,"value":{}}\n\nnonsense\n')
    with pytest.raises(LogBroken, match=r"log\.jsonl:3: is not JSON"):
        list(read_lines([file]))


@pytest.mark.parametrize("cut", ["log.jsonl.gz", "log.jsonl.zst"])
def test_a_compressed_file_that_ends_too_early_is_no_log(tmp_path: Path, cut: str) -> None:
    file = tmp_path / cut
    write_log(file, [LogRecord("t", 0, n, n, None, str(hash(str(n))).encode()) for n in range(5_000)])
    file.write_bytes(file.read_bytes()[:-2_000])
    with pytest.raises(LogBroken, match="damaged or ends too early"):
        list(read_lines([file]))


@pytest.mark.parametrize("name", ["log.jsonl", "log.jsonl.gz", "log.jsonl.zst"])
def test_the_same_records_are_the_same_bytes_in_every_form_and_are_read_back(tmp_path: Path, name: str) -> None:
    records = [LogRecord("t", 0, n, NINE + n, b"k", EVENT, (("h", b"\xff"),), str(tmp_path / name), n + 1) for n in range(1_000)]
    for file in (tmp_path / name, tmp_path / f"again-{name}"):
        write_log(file, records)
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()
    assert read_log([tmp_path / name]) == records


def test_a_file_is_known_by_its_first_bytes_and_frames_follow_each_other(tmp_path: Path) -> None:
    line = b'{"topic":"t","timestamp":1,"value":{}}\n'
    (tmp_path / "one").write_bytes(gzip.compress(line) + gzip.compress(line))
    (tmp_path / "two").write_bytes(ZstdCompressor().compress(line) + ZstdCompressor().compress(line))
    assert [found.line for found in read_lines([tmp_path / "one", tmp_path / "two"])] == [1, 2, 1, 2]


def test_standard_input_and_output_are_a_dash(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    (tmp_path / "in").write_bytes(gzip.compress(b'{"topic":"t","timestamp":1,"value":{}}\n'))
    with (tmp_path / "in").open("rb") as stdin:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stdin))
        (record,) = read_log(["-"])
        with writing("-") as log:
            log.write(record, placed=False)
    assert capfdbinary.readouterr().out == b'{"topic":"t","timestamp":1,"key":null,"value":{}}\n'


def test_a_line_that_names_no_place_lies_where_its_key_belongs_in_order_of_the_lines(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_bytes(
        b"".join(b'{"topic":"t","timestamp":1,"key":%s,"value":{}}\n' % key for key in (b'"a"', b"null", b'"a"', b'"b"', b"null"))
    )
    a, b = partition_for(b"a", 12), partition_for(b"b", 12)
    assert len({a, b, 0}) == 3
    assert [(r.partition, r.offset) for r in read_log([file])] == [(a, 0), (0, 0), (a, 1), (b, 0), (0, 1)]


@pytest.mark.parametrize(
    ("named", "partitions"),
    [
        pytest.param([], 12, id="nothing is named"),
        pytest.param([(b"k%d" % n, partition_for(b"k%d" % n, 7)) for n in range(50)], 7, id="every key lies where murmur2 puts it"),
        pytest.param([(b"k", partition_for(b"k", 96))], None, id="one key fits some number"),
        pytest.param([(None, n) for n in range(5)], 5, id="heartbeats name all"),
        pytest.param([(b"k%d" % n, n % 4) for n in range(50)], 4, id="a producer partitions otherwise"),
    ],
)
def test_the_number_of_partitions_is_worked_out(tmp_path: Path, named: list[tuple[bytes | None, int]], partitions: int | None) -> None:
    write_log(tmp_path / "log", [LogRecord("t", partition, n, 1, key, b"{}") for n, (key, partition) in enumerate(named)])
    found = partitions_of(read_lines([tmp_path / "log"]))
    if partitions is not None:
        assert found == partitions
    assert all(partition < found for _, partition in named)
    assert partitions is not None or all(partition_for(key, found) == partition for key, partition in named if key)
