"""Proves the sum of non-negative readings and a commitment to them with EZKL: `… FOLDER COUNT BITS`.

Runs in a virtual environment of its own, which has `ezkl` and `onnx` and nothing of Fieldproof. The
structured reference string is made here, with a secret that is thrown away. Prints one JSON object.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import ezkl
import onnx
from onnx import TensorProto, helper

_SMALLEST_LOGROWS = 15
"""The tables of range checks have 2^14 rows."""
_BLINDING_ROWS = 64


def write_model(path: Path, count: int) -> None:
    """Write sum(max(x, 0)): EZKL checks the range of what it compares, by its decomposition."""
    readings = helper.make_tensor_value_info("readings", TensorProto.FLOAT, [1, count])
    total = helper.make_tensor_value_info("total", TensorProto.FLOAT, [1, 1])
    nodes = [
        helper.make_node("Relu", ["readings"], ["checked"]),
        helper.make_node("ReduceSum", ["checked", "axes"], ["total"], keepdims=1),
    ]
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    graph = helper.make_graph(nodes, "sum", [readings], [total], [axes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, str(path))


def make_arguments(logrows: int) -> "ezkl.PyRunArgs":
    """Inputs are integers, committed to by Poseidon; the sum is public."""
    arguments = ezkl.PyRunArgs()
    arguments.input_visibility, arguments.output_visibility = "hashed", "public"
    arguments.param_visibility = "fixed"
    arguments.input_scale = arguments.param_scale = 0
    # The sum is public, and may be wider than what is decomposed.
    arguments.ignore_range_check_inputs_outputs = True
    arguments.logrows = logrows
    return arguments


def main(folder: Path, count: int, bits: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    write_model(Path("model.onnx"), count)
    values = [index * 7_919 % (1 << bits) for index in range(count)]
    Path("input.json").write_text(json.dumps({"input_data": [[float(value) for value in values]]}))
    ezkl.gen_settings("model.onnx", "settings.json", py_run_args=make_arguments(_SMALLEST_LOGROWS))
    rows = json.loads(Path("settings.json").read_text())["num_rows"]
    logrows = max(_SMALLEST_LOGROWS, (rows + _BLINDING_ROWS - 1).bit_length())
    ezkl.gen_settings("model.onnx", "settings.json", py_run_args=make_arguments(logrows))
    ezkl.compile_circuit("model.onnx", "model.ezkl", "settings.json")
    string = f"string-{logrows}"
    if not Path(string).exists():
        ezkl.gen_srs(string, logrows)
    ezkl.setup("model.ezkl", "circuit.vk", "circuit.pk", string)
    started = time.perf_counter()
    ezkl.gen_witness("input.json", "model.ezkl", "witness.json")
    solved = time.perf_counter()
    ezkl.prove("witness.json", "model.ezkl", "circuit.pk", "proof.json", string)
    proven = time.perf_counter()
    measured = {
        "rows": rows,
        "logrows": logrows,
        "witness_s": solved - started,
        "proving_s": proven - solved,
        "is_valid": bool(ezkl.verify("proof.json", "settings.json", "circuit.vk", string)),
        "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
