"""Words with places in them."""

import pytest

from ayar.base.errors import ArgumentError
from ayar.executors.command_template import check_template, fill, read_command, value_text


def test_each_element_stays_one_word_whatever_the_value_holds() -> None:
    nasty = "a b; rm -rf $HOME `id` \n'\"|&"
    assert fill(["train", "--opt={opt}", "{opt}"], {"opt": nasty}, {}) == ["train", f"--opt={nasty}", nasty]


def test_args_stands_for_all_active_parameters() -> None:
    assert fill(["t", "{args}", "-v"], {"lr": 0.1, "opt": "sgd"}, {}) == ["t", "--lr=0.1", "--opt=sgd", "-v"]


def test_an_element_whose_parameter_is_inactive_vanishes() -> None:
    assert fill(["t", "--m={m}", "--both={lr}:{m}", "{lr}"], {"lr": 1}, {}) == ["t", "1"]


def test_values_are_not_filled_in_again() -> None:
    assert fill(["{opt}"], {"opt": "{lr}", "lr": 1}, {}) == ["{lr}"]


def test_the_attempts_own_names_are_filled_in() -> None:
    own = {"trial": 7, "trial_dir": "/runs/7", "seed": 11}
    assert fill(["{trial}-{seed}", "{trial_dir}/out"], {}, own) == ["7-11", "/runs/7/out"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        (3, "3"),
        (0.1, "0.1"),
        (True, "true"),
        (None, "null"),
        ([1, "x"], '[1, "x"]'),
        (2**70, str(2**70)),
    ],
)
def test_values_are_text_as_it_is_and_json_otherwise(value: object, text: str) -> None:
    assert value_text(value) == text


def test_other_braces_are_left_alone() -> None:
    words = ["awk", "{print $1}", '{"a": {"b": 1}}', "x{2,3}", "{{lr}}"]
    check_template(words, ["lr"], [])
    assert fill(words, {"lr": 1}, {}) == ["awk", "{print $1}", '{"a": {"b": 1}}', "x{2,3}", "{lr}"]


def test_an_unknown_name_is_refused_with_what_is_near() -> None:
    message = r"command\[1\] = '--lr=\{lrr\}': no parameter is called 'lrr'; did you mean 'lr'\?; write \{\{lrr\}\} for"
    with pytest.raises(ArgumentError, match=message):
        check_template(["t", "--lr={lrr}"], ["lr", "batch"], [])


def test_args_within_a_word_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"\{args\} stands for several words; give it an element alone"):
        check_template(["t", "--all={args}"], ["lr"], [])


def test_a_parameter_called_like_our_own_words_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"\{seed\} is Ayar's own word; give the parameter 'seed' another name"):
        check_template(["t"], ["seed"], [])


def test_an_option_that_would_lose_its_value_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"'--momentum' would stay behind .* '--momentum=\{momentum\}' as one"):
        check_template(["t", "--momentum", "{momentum}"], ["lr"], ["momentum"])
    check_template(["t", "--lr", "{lr}"], ["lr"], ["momentum"])
    check_template(["t", "--", "{momentum}"], ["lr"], ["momentum"])


def test_no_words_are_refused() -> None:
    with pytest.raises(ArgumentError, match="expected a list of words such as"):
        check_template([], [], [])


def test_a_text_is_refused_with_the_list_to_write() -> None:
    with pytest.raises(ArgumentError, match=r'command = \["python", "train.py", "--name", "a b"\]'):
        read_command("python train.py --name 'a b'", "study.toml: $.command")
    with pytest.raises(ArgumentError, match=r'command = \["echo", "don\'t"\]'):
        read_command("echo don't", "study.toml: $.command")


def test_anything_but_texts_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"study.toml: \$\.command: expected a list of texts such as .* got \['t', 3\]"
    ):
        read_command(["t", 3], "study.toml: $.command")
