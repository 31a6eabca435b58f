"""Output in files: ends are kept, files stay small."""

from ayar.executors.capture import OUTPUT_BYTES, Capture, join_output


def _write(capture: Capture, output: bytes = b"", error: bytes = b"") -> None:
    for file, data in zip(capture._files, (output, error), strict=True):
        file.write(data)


def test_output_is_taken_once() -> None:
    capture = Capture()
    _write(capture, b"said", b"cried")
    assert capture.errors() == "cried"
    assert capture.take() == ("said", "cried")
    assert capture.take() == ("", "")
    capture.close()


def test_of_much_output_the_end_is_kept() -> None:
    capture = Capture()
    _write(capture, b"x" * 10**6 + b"end")
    output, _ = capture.take()
    assert len(output) == OUTPUT_BYTES
    assert output.endswith("xend")
    capture.close()


def test_trimming_keeps_the_end_and_writers_go_on_behind_it() -> None:
    capture = Capture()
    _write(capture, b"x" * 5 * 2**20 + b"one")
    capture.trim()
    _write(capture, b", two")
    assert capture._files[0].seek(0, 2) == OUTPUT_BYTES + len(", two")
    assert capture.take()[0].endswith("xone, two")
    capture.close()


def test_small_files_are_not_trimmed() -> None:
    capture = Capture()
    _write(capture, b"x" * 2**20)
    capture.trim()
    assert capture._files[0].seek(0, 2) == 2**20
    capture.close()


def test_what_is_no_text_is_shown_as_such() -> None:
    capture = Capture()
    _write(capture, b"\xff")
    assert capture.take()[0] == "\N{REPLACEMENT CHARACTER}"
    capture.close()


def test_output_goes_before_errors() -> None:
    assert join_output("out\n", "err\n") == "out\nerr\n"


def test_both_together_keep_within_the_limit_and_errors_have_their_share() -> None:
    joined = join_output("o" * OUTPUT_BYTES, "e" * OUTPUT_BYTES)
    assert len(joined) == OUTPUT_BYTES
    assert joined.count("e") == 4096
    assert len(join_output("o" * 10, "e" * OUTPUT_BYTES)) == OUTPUT_BYTES
