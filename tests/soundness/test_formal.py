"""The small gadgets are proven to have one answer, Python's, over integers with the field's order spelt out.

Each model was written for one text of its gadget: when that changes, this fails until the model is seen to.
"""

import hashlib
import re
from collections.abc import Callable

import pytest

from fieldproof.prove.gadgets import get_gadgets

from . import models
from .models import Model, limbs

PROOFS: dict[str, tuple[Callable[..., bool], tuple[tuple[int, ...], ...]]] = {
    "compare": (models.prove_compare, ((1,), (14,), (32,), (64,), (249,), (250,))),
    "select": (models.prove_select, ((1,), (64,), (250,))),
    "choices": (models.prove_choices, ((8,), (32,), (64,), (200,))),
    "assert_at_most": (models.prove_at_most, ((1,), (2,), (1000,), (2**32 - 1,), (2**64 - 2,), (2**250,))),
    "divide": (models.prove_divide, ((1, 1), (32, 24), (64, 32), (200, 37), (124, 126))),
    "divide_by_power": (models.prove_divide_by_power, ((1, 1), (20, 10), (32, 24), (124, 126))),
    "square_root": (models.prove_square_root, ((1,), (8,), (32,), (64,), (111,), (112,), (124,))),
    "bit_and": (models.prove_bit_and, ((2,), (30,), (32,), (33,), (64,), (128,))),
    "materialise and to_index": (models.prove_same, ((1,), (32,))),
    "mask": (models.prove_mask, ((1,), (6,), (60,))),
    "to_scalar": (models.prove_to_scalar, ((0,),)),
    "unpack_lanes": (models.prove_lanes, ((8, 10, 14), (32, 96, 1), (32, 1, 7))),
    "sort of 3": (models.prove_sort, ((4,), (5,), (32,), (33,), (64,), (200,))),
    "rank of 3": (models.prove_rank, ((1,), (4,), (12,), (32,), (33,), (40,), (64,), (200,))),
}

WRITTEN_FOR = {
    "integers::assert_at_most": "bfcebd6e9037",
    "integers::assert_limbs": "0442d06298b1",
    "integers::compare": "6b89d20fe5dd",
    "integers::is_at_least": "e97e2a122eac",
    "integers::is_less": "44d44fb8b132",
    "integers::is_within": "c09b265fb046",
    "integers::select": "4106d4f83b8b",
    "integers::minimum": "a0771987fa9d",
    "integers::maximum": "b6394cd2d048",
    "integers::absolute": "0ed7dad9c5e8",
    "integers::clamp": "6a49b680e02f",
    "integers::divide": "c40a13a38366",
    "integers::divide_by_power": "9aff28d223f1",
    "integers::assert_quotient": "22580963140c",
    "integers::square_root": "00584f72ecf2",
    "integers::bit_and": "b9de1acfe071",
    "integers::materialise": "e0ec4b22c820",
    "integers::to_index": "b7b4df9afd9f",
    "readings::mask_of": "23f8e9df71da",
    "seal::to_scalar": "f6c7022a2b0a",
    "state::unpack_lanes": "99fda04ac406",
    "state::join_lane": "a5b78f115760",
    "state::pack_lanes": "64b1f1dd684c",
    "arrays::sort": "5746a920b29a",
    "arrays::rank": "754af3c34f6e",
    "arrays::scale": "776b849dc117",
}
"""The text that each model stands for: function, and a hash of its code without comments."""


def get_code_hash(name: str) -> str:
    module, function = name.split("::")
    text = re.sub(r" *//.*", "", get_gadgets()[f"gadgets/{module}.nr"])
    found = re.search(rf"^(?:pub )?fn {function}\b.*?^}}", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no {name}"
    return hashlib.sha256(re.sub(r"\s+", " ", found[0]).encode()).hexdigest()[:12]


@pytest.mark.parametrize("gadget", PROOFS)
def test_a_gadget_has_one_answer_and_it_is_pythons(gadget: str) -> None:
    prove, widths = PROOFS[gadget]
    for arguments in widths:
        assert prove(*arguments), f"{gadget} of {arguments}: the solver does not prove it"


@pytest.mark.parametrize("name", WRITTEN_FOR)
def test_the_model_was_written_for_the_gadget_as_it_is(name: str) -> None:
    assert get_code_hash(name) == WRITTEN_FOR[name], (
        f"{name} has changed: see that its model in models.py says the same, then write the new hash here"
    )


def test_the_solver_finds_a_hole() -> None:
    """A comparison whose step is narrower than its range, as `rank` once had."""
    model = Model()
    difference = model.integer(-(2**32), 2**32)
    answer = model.bit()
    model.ranged(difference + 2**33 * (1 - answer), limbs(33))
    assert not model.proves((answer == 1) == (difference >= 0))


def test_the_solver_finds_what_a_missing_range_lets_in() -> None:
    model = Model()
    value, quotient, remainder = model.integer(0, 2**30), model.element(), model.integer(0, 2**10)
    model.equal(value, quotient * 2**10 + remainder)
    assert not model.proves(value == quotient * 2**10 + remainder)
